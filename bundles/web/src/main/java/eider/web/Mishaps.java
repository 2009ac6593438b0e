package eider.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.EOFException;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a servlet throws or refuses ends here: as one sentence for the reader, with the whole story in the log, and never as Jetty's page. */
@Component(service = Filter.class)
@HttpWhiteboardFilterPattern("/*")
@HttpWhiteboardFilterAsyncSupported
public final class Mishaps implements Filter {
    private static final Logger LOG = LoggerFactory.getLogger(Mishaps.class);

    @Activate
    public Mishaps() {}

    @Override
    public void doFilter(ServletRequest in, ServletResponse out, FilterChain chain) throws IOException {
        HttpServletRequest request = (HttpServletRequest) in;
        HttpServletResponse response = (HttpServletResponse) out;
        try {
            chain.doFilter(request, new Sentences(request, response));
        } catch (EOFException gone) {
            LOG.debug("{} was left by its reader", request.getRequestURI());
        } catch (IOException | ServletException | RuntimeException | LinkageError e) {
            LOG.error("{} {} failed", request.getMethod(), request.getRequestURI().replaceAll("\\p{Cntrl}", "?"), e);
            if (!response.isCommitted()) {
                response.resetBuffer();
                Answer.sentence(request, response, 500, "Eider could not answer; the log of the server says why.");
            }
        }
    }

    private static final class Sentences extends HttpServletResponseWrapper {
        private final HttpServletRequest request;

        Sentences(HttpServletRequest request, HttpServletResponse response) {
            super(response);
            this.request = request;
        }

        @Override
        public void sendError(int status) throws IOException {
            sendError(status, null);
        }

        @Override
        public void sendError(int status, String message) throws IOException {
            resetBuffer();
            Answer.sentence(request, (HttpServletResponse) getResponse(), status, switch (status) {
                case 404 -> "There is nothing at this address.";
                case 405 -> "This address does not take that method.";
                default -> "The request was refused (" + status + ").";
            });
        }
    }
}
