package eider.engine;

import java.util.List;
import java.util.Map;

/**
 * Judges what a configuration says where its metatype cannot: a bundle whose options are a small language offers this as a service, so that {@code eider config check}
 * tells before a load what the load would refuse. Any thread; it opens nothing and changes nothing.
 */
public interface OptionCheck {

    /**
     * Something wrong.
     *
     * @param option which option; empty: the file as a whole
     * @param sentence what is wrong and what is allowed, without the file, the option and a full stop
     */
    record Problem(String option, String sentence) {}

    /**
     * The problems of one configuration; none for those of others.
     *
     * @param pid the first part of the file's name
     * @param name the part after the {@code ~}
     */
    List<Problem> check(String pid, String name, Map<String, String> options);
}
