package eider.web.api;

import eider.engine.EngineException;
import eider.engine.NoSuchRowException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever a resource throws into {@code {"error":"sentence"}}; only the log sees more. */
final class Failures implements ExceptionMapper<Throwable> {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    @Override
    public Response toResponse(Throwable failure) {
        return switch (failure) {
            case WebApplicationException refused -> answer(refused.getResponse().getStatus(), sentence(refused));
            case IllegalArgumentException wrong -> answer(400, wrong.getMessage());
            case NoSuchRowException said -> answer(404, said.getMessage());
            case EngineException said -> {
                LOG.warn("The engine could not answer", said);
                yield answer(500, said.getMessage());
            }
            default -> {
                LOG.error("A request failed", failure);
                yield answer(500, "Eider could not answer; the log of the server says why.");
            }
        };
    }

    /** What a part of the engine is missed with. */
    static WebApplicationException notReady(String sentence) {
        return new WebApplicationException(sentence, Response.status(503).header("Retry-After", 1).build());
    }

    private static String sentence(WebApplicationException refused) {
        return switch (refused.getResponse().getStatus()) {
            case 404 -> "There is nothing at this address.";
            case 405 -> "This address does not take that method.";
            case 406 -> "This address answers application/json only.";
            case 503 -> refused.getMessage();
            default -> "The request was refused (" + refused.getResponse().getStatus() + ").";
        };
    }

    private static Response answer(int status, String sentence) {
        Response.ResponseBuilder response = Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(new Json.Failure(sentence));
        return status == 503 ? response.header("Retry-After", 1).build() : response.build();
    }
}
