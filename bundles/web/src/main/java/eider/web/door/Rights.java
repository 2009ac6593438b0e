package eider.web.door;

import eider.web.api.Json;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Puts before each resource of the API what its class says by {@link Needs}. One that says nothing answers nobody. */
public final class Rights implements DynamicFeature {
    private final Door door;

    public Rights(Door door) {
        this.door = door;
    }

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        Needs needs = resource.getResourceClass().getAnnotation(Needs.class);
        context.register((ContainerRequestFilter) request -> filter(needs, request));
    }

    private void filter(Needs needs, ContainerRequestContext request) {
        // Attributes of the servlet's request are properties of Jersey's.
        Visitor visitor = request.getProperty(Visitor.ATTRIBUTE) instanceof Visitor known ? known : null;
        if (needs == null || visitor == null || visitor.isStranger()) {
            refuse(request, "This is not open to anybody.");
        } else if (Guarded.mustChange(needs, visitor)) {
            refuse(request, "Change your password first, at /change-password.");
        } else if (!Guarded.may(needs, visitor)) {
            door.refused(visitor, request.getMethod() + " " + request.getUriInfo().getRequestUri().getRawPath());
            refuse(request, visitor.session().isToken() ? "This token does not open this: it may do what its scopes name and its person may."
                    : "Your role does not open this. An admin can change that.");
        }
    }

    private static void refuse(ContainerRequestContext request, String sentence) {
        request.abortWith(Response.status(403).type(MediaType.APPLICATION_JSON_TYPE).entity(new Json.Failure(sentence)).build());
    }
}
