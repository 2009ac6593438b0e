package eider.tck;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What a bundle says about the options of one kind of connection: the object class definition of a factory PID, as bnd wrote it from the metatype
 * annotation.
 *
 * @param pid the factory PID: what stands before {@code ~} in the name of a configuration file
 * @param options in the order of the annotation
 */
record Metatype(String pid, List<Option> options) {

    /**
     * An option.
     *
     * @param standard its default as text; null if there is none
     * @param description what the person reads who fills it in
     * @param choices the words that it may be; empty if it is no choice
     */
    record Option(String name, String standard, boolean required, boolean password, String description, List<String> choices) {
        /** Whether a connection cannot do without it. */
        boolean needed() {
            return required && standard == null;
        }
    }

    Metatype {
        options = List.copyOf(options);
    }

    /**
     * Reads it from a bundle's jar, or from the folder of its classes. Of several factory PIDs it is the one whose component is a source: that is a
     * connection, and what a form is made of; what another one configures is set by a file alone.
     */
    static Metatype of(Path bundle) throws IOException {
        List<Metatype> found = new ArrayList<>();
        Set<String> sources = new HashSet<>();
        if (Files.isDirectory(bundle)) {
            collect(bundle, found, sources);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(bundle)) {
                collect(jar.getPath("/"), found, sources);
            }
        }
        if (found.size() > 1) {
            found.removeIf(metatype -> !sources.contains(metatype.pid()));
        }
        if (found.size() != 1) {
            throw new IOException(bundle + " describes the options of " + found.size() + " factory PIDs of sources in OSGI-INF/metatype/ "
                    + found.stream().map(Metatype::pid).toList() + "; a connector has exactly one: @Designate(ocd = …Config.class, factory = true)");
        }
        return found.getFirst();
    }

    private static void collect(Path root, List<Metatype> found, Set<String> sources) throws IOException {
        for (Path file : documents(root.resolve("OSGI-INF").resolve("metatype"))) {
            collect(parse(file), found);
        }
        for (Path file : documents(root.resolve("OSGI-INF"))) {
            Element component = parse(file).getDocumentElement();
            if (elements(component, "provide").stream().anyMatch(service -> service.getAttribute("interface").equals("eider.connector.Source"))) {
                sources.addAll(List.of(component.getAttribute("configuration-pid").split(" ")));
            }
        }
    }

    private static List<Path> documents(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".xml")).sorted().toList();
        }
    }

    private static void collect(Document document, List<Metatype> found) {
        Map<String, Element> definitions = new HashMap<>();
        for (Element definition : elements(document.getDocumentElement(), "OCD")) {
            definitions.put(definition.getAttribute("id"), definition);
        }
        for (Element designate : elements(document.getDocumentElement(), "Designate")) {
            String pid = designate.getAttribute("factoryPid");
            for (Element object : elements(designate, "Object")) {
                Element definition = definitions.get(object.getAttribute("ocdref"));
                if (!pid.isEmpty() && definition != null) {
                    found.add(new Metatype(pid, elements(definition, "AD").stream().map(Metatype::option).toList()));
                }
            }
        }
    }

    private static Option option(Element ad) {
        return new Option(ad.getAttribute("id"), ad.hasAttribute("default") ? ad.getAttribute("default") : null,
                !ad.getAttribute("required").equals("false"), ad.getAttribute("type").equals("Password"), ad.getAttribute("description"),
                elements(ad, "Option").stream().map(option -> option.getAttribute("value")).toList());
    }

    private static List<Element> elements(Element parent, String name) {
        List<Element> elements = new ArrayList<>();
        NodeList nodes = parent.getElementsByTagName(name);
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static Document parse(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            return builder.parse(in);
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(file + " is no XML: " + e.getMessage(), e);
        }
    }
}
