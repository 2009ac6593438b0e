package eider.web.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Records to JSON and back. */
@Produces(MediaType.APPLICATION_JSON)
public final class Json implements MessageBodyWriter<Object> {

    /** What an error looks like. */
    public record Failure(String error) {}

    /** Made when the first JSON is, so that the first page need not wait for Jackson. */
    private static final class Mapper {
        static final ObjectMapper THE = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    public static byte[] bytes(Object value) throws IOException {
        return Mapper.THE.writeValueAsBytes(value);
    }

    /** @throws IllegalArgumentException with a sentence for the person who wrote it */
    public static <T> T read(byte[] json, Class<T> type) throws IOException {
        try {
            T value = Mapper.THE.readValue(json, type);
            if (value == null) {
                throw new IllegalArgumentException("it is null.");
            }
            return value;
        } catch (ValueInstantiationException e) {
            throw new IllegalArgumentException(e.getCause() == null ? e.getOriginalMessage() : e.getCause().getMessage(), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type.isRecord() || java.util.Collection.class.isAssignableFrom(type);
    }

    @Override
    public void writeTo(Object value, Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType,
            MultivaluedMap<String, Object> headers, OutputStream out) throws IOException {
        out.write(bytes(value));
    }
}
