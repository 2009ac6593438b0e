package eider.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * What one pid can be configured with, as a bundle's metatype XML declares it.
 *
 * @param pid the first part of the configuration file's name
 * @param factory whether there may be several of it: {@code <pid>~<name>.cfg}
 * @param options by name
 */
record Metatype(String pid, boolean factory, Map<String, Option> options) {

    /** The types of metatype, by what a value must look like. */
    enum Kind { TEXT, WHOLE_NUMBER, NUMBER, YES_NO, CHARACTER }

    /**
     * An option.
     *
     * @param required whether it must be given: it is required and has no default
     * @param allowed its values, empty where any will do
     * @param min the least number; null where there is none
     * @param max the greatest number; null where there is none
     */
    record Option(String name, Kind kind, boolean required, List<String> allowed, String min, String max) {}

    Metatype {
        options = Map.copyOf(options);
    }

    /** Reads a metatype document. Its DTDs and external entities are refused: a jar in the drop folder wrote it. */
    static List<Metatype> read(InputStream in) throws IOException {
        Element root = parse(in).getDocumentElement();
        Map<String, Map<String, Option>> classes = new LinkedHashMap<>();
        for (Element ocd : children(root, "OCD")) {
            Map<String, Option> options = new LinkedHashMap<>();
            for (Element ad : children(ocd, "AD")) {
                Option option = option(ad);
                options.put(option.name(), option);
            }
            classes.put(ocd.getAttribute("id"), options);
        }
        List<Metatype> metatypes = new ArrayList<>();
        for (Element designate : children(root, "Designate")) {
            boolean factory = designate.hasAttribute("factoryPid");
            for (Element object : children(designate, "Object")) {
                metatypes.add(new Metatype(designate.getAttribute(factory ? "factoryPid" : "pid"), factory,
                        classes.getOrDefault(object.getAttribute("ocdref"), Map.of())));
            }
        }
        return metatypes;
    }

    private static Document parse(InputStream in) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setNamespaceAware(true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            // the built-in handler prints to the process's error stream before it throws
            builder.setErrorHandler(new DefaultHandler());
            return builder.parse(in);
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Option option(Element ad) {
        boolean required = !ad.getAttribute("required").equals("false") && !ad.hasAttribute("default");
        List<String> allowed = children(ad, "Option").stream().map(o -> o.getAttribute("value")).toList();
        return new Option(ad.getAttribute("id"), kind(ad.getAttribute("type")), required, allowed, number(ad, "min"), number(ad, "max"));
    }

    private static String number(Element ad, String name) {
        return ad.hasAttribute(name) ? ad.getAttribute(name) : null;
    }

    private static Kind kind(String type) {
        return switch (type) {
            case "Long", "Integer", "Short", "Byte" -> Kind.WHOLE_NUMBER;
            case "Double", "Float" -> Kind.NUMBER;
            case "Boolean" -> Kind.YES_NO;
            case "Character", "Char" -> Kind.CHARACTER;
            default -> Kind.TEXT;
        };
    }

    private static List<Element> children(Element of, String name) {
        List<Element> children = new ArrayList<>();
        NodeList nodes = of.getChildNodes();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            if (node instanceof Element element && name.equals(element.getLocalName())) {
                children.add(element);
            }
        }
        return children;
    }
}
