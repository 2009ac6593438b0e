package eider.sql;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** The process of a {@link Served} server: says its port, and ends when nobody listens to it any more. Knows the JDK alone. */
final class ServedProcess {
    private ServedProcess() {
    }

    /** @param arguments which server, its jar, and a statement for the owner of its database */
    public static void main(String[] arguments) throws ReflectiveOperationException, IOException, SQLException {
        System.setProperty("h2.bindAddress", "127.0.0.1");
        URLClassLoader classes = new URLClassLoader(new URL[] {Path.of(arguments[1]).toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        boolean h2 = arguments[0].equals("h2");
        int port = h2 ? h2(classes) : hsqldb(classes);
        Driver driver = (Driver) classes.loadClass(h2 ? "org.h2.Driver" : "org.hsqldb.jdbc.JDBCDriver").getConstructor().newInstance();
        Properties owner = new Properties();
        owner.setProperty("user", "SA");
        owner.setProperty("password", "");
        try (Connection connection = driver.connect(h2 ? "jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1" : "jdbc:hsqldb:mem:shop", owner);
                Statement statement = connection.createStatement()) {
            statement.execute(arguments[2]);
        }
        System.out.println("port " + port);
        System.out.flush();
        // Until whoever started it is gone.
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
        Runtime.getRuntime().halt(0);
    }

    private static int h2(ClassLoader classes) throws ReflectiveOperationException {
        Class<?> type = classes.loadClass("org.h2.tools.Server");
        Object server = type.getMethod("createTcpServer", String[].class).invoke(null, (Object) new String[] {"-tcpPort", "0"});
        type.getMethod("start").invoke(server);
        return (int) type.getMethod("getPort").invoke(server);
    }

    private static int hsqldb(ClassLoader classes) throws ReflectiveOperationException, IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Class<?> type = classes.loadClass("org.hsqldb.server.Server");
        Object server = type.getConstructor().newInstance();
        set(server, "setLogWriter", PrintWriter.class, null);
        set(server, "setErrWriter", PrintWriter.class, null);
        set(server, "setAddress", String.class, "127.0.0.1");
        set(server, "setPort", int.class, port);
        type.getMethod("setDatabaseName", int.class, String.class).invoke(server, 0, "shop");
        type.getMethod("setDatabasePath", int.class, String.class).invoke(server, 0, "mem:shop");
        type.getMethod("start").invoke(server);
        return port;
    }

    private static void set(Object server, String name, Class<?> type, Object value) throws ReflectiveOperationException {
        server.getClass().getMethod(name, type).invoke(server, value);
    }
}
