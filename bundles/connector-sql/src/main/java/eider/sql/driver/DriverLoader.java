package eider.sql.driver;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.ResourceBundle;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classes of one driver: they see the JDK and each other, and neither Eider nor what it carries.
 *
 * <p>A driver hooks itself into the JDK in ways that keep all its classes in memory. Those that are known are undone: the list of drivers, at once
 * after loading and again at the end; words of its messages, management beans and threads at the end. A thread that does not end is told in the log.
 */
final class DriverLoader extends URLClassLoader {
    private static final Logger LOG = LoggerFactory.getLogger(DriverLoader.class);
    private static final String FAREWELL = Farewell.class.getName();
    private static final long PATIENCE_MILLIS = 200;

    static {
        registerAsParallelCapable();
    }

    private final String driver;

    /** @param driver what the driver is called, for the log */
    DriverLoader(String driver, List<URL> jars) {
        super("driver " + driver, jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        this.driver = driver;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (!name.equals(FAREWELL)) {
            return super.findClass(name);
        }
        try (InputStream in = DriverLoader.class.getResourceAsStream("Farewell.class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** Takes the drivers of these jars off the JDK's list: nobody looks for them there. */
    void deregister() {
        try {
            ((Runnable) loadClass(FAREWELL).getConstructor().newInstance()).run();
        } catch (ReflectiveOperationException | IllegalStateException e) {
            LOG.warn("The classes of driver {} stay in memory: {}", driver, e.toString(), e);
        }
    }

    /** Undoes what the driver hooked into the JDK and closes the jars. Nothing of the driver is used any more. */
    @Override
    public void close() throws IOException {
        deregister();
        ResourceBundle.clearCache(this);
        unregisterBeans();
        endThreads();
        super.close();
    }

    private void unregisterBeans() {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : beans.queryNames(null, null)) {
            try {
                if (beans.getClassLoaderFor(name) == this) {
                    beans.unregisterMBean(name);
                }
            } catch (InstanceNotFoundException e) {
                LOG.debug("{} has gone by itself", name, e);
            } catch (JMException e) {
                LOG.warn("The classes of driver {} stay in memory, because its bean {} does not leave: {}", driver, name, e.toString(), e);
            }
        }
    }

    private void endThreads() {
        List<Thread> ours = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread != Thread.currentThread() && ours(thread)).toList();
        ours.forEach(Thread::interrupt);
        for (Thread thread : ours) {
            try {
                thread.join(PATIENCE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                LOG.warn("Driver {} left the thread '{}' running, which keeps its classes in memory until the next start", driver, thread.getName());
            }
        }
    }

    /** A thread of a class of this loader, or started by one: each is begun with the loader of the connection that it was begun for. */
    private boolean ours(Thread thread) {
        return thread.getContextClassLoader() == this || thread.getClass().getClassLoader() == this;
    }
}
