package eider.web;

import eider.web.api.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The one shape of a short answer: {@code {"error":"sentence"}} below {@code /api/}, the sentence as plain text elsewhere. */
public final class Answer {
    private Answer() {}

    /** Writes it and is done with the response; nothing may have been written before. */
    public static void sentence(HttpServletRequest request, HttpServletResponse response, int status, String sentence) throws IOException {
        boolean json = request.getRequestURI().startsWith("/api/");
        byte[] body = json ? Json.bytes(new Json.Failure(sentence)) : (sentence + "\n").getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(json ? "application/json" : "text/plain;charset=UTF-8");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
