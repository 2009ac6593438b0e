package eider.web;

import eider.web.door.Door;
import eider.web.door.Guarded;
import eider.web.door.Open;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * Style sheet, scripts and icon, shipped in this bundle. They lie in it compressed and go out as they lie. An address carries a
 * fingerprint of the content ({@code /assets/eider.css?v=1b2c3d4e}), so a browser keeps it for good and still sees a new version at once.
 */
@Open
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/assets/*")
public final class Assets extends Guarded {
    private static final long serialVersionUID = 1L;
    private static final Map<String, String> TYPES = Map.of("echarts.min.js", "text/javascript;charset=UTF-8",
            "dashboard.js", "text/javascript;charset=UTF-8", "moments.js", "text/javascript;charset=UTF-8", "eider.css", "text/css;charset=UTF-8", "eider.svg", "image/svg+xml");

    private static final Map<String, String> ADDRESSES = new ConcurrentHashMap<>();

    @Activate
    public Assets(@Reference Gate gate, @Reference Door door) {
        super(door);
    }

    /** Where a page finds the asset with this name. */
    public static String address(String name) {
        return ADDRESSES.computeIfAbsent(name, key -> {
            try {
                CRC32 crc = new CRC32();
                crc.update(packed(key));
                return "/assets/" + key + "?v=" + Long.toHexString(crc.getValue());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getPathInfo();
        String name = path == null ? "" : path.substring(1);
        String type = TYPES.get(name);
        if (type == null) {
            Answer.sentence(request, response, 404, "There is nothing here.");
            return;
        }
        byte[] packed = packed(name);
        boolean fingerprinted = request.getParameter("v") != null;
        response.setContentType(type);
        response.setHeader("Cache-Control", fingerprinted ? "public, max-age=31536000, immutable" : "no-cache");
        response.setHeader("Vary", "Accept-Encoding");
        String accepted = request.getHeader("Accept-Encoding");
        if (accepted != null && accepted.contains("gzip")) {
            response.setHeader("Content-Encoding", "gzip");
            response.setContentLength(packed.length);
            response.getOutputStream().write(packed);
            return;
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed)); OutputStream out = response.getOutputStream()) {
            in.transferTo(out);
        }
    }

    private static byte[] packed(String name) throws IOException {
        try (InputStream in = Assets.class.getResourceAsStream("assets/" + name + ".gz")) {
            if (in == null) {
                throw new IOException("asset " + name + " is missing from the bundle");
            }
            return in.readAllBytes();
        }
    }
}
