package eider.web.door;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** How a refusal looks. */
@FunctionalInterface
public interface Faces {

    /** Answers with a sentence: as JSON below {@code /api/}, as a page elsewhere. */
    void refuse(HttpServletRequest request, HttpServletResponse response, int status, String sentence) throws IOException;
}
