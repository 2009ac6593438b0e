package eider.sql.driver;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * Takes the drivers of the class loader that it was itself defined in off the JDK's list, where they put themselves when their class was loaded.
 * The list is for callers of the same loader alone: {@link DriverLoader} defines this class once more in itself.
 *
 * <p>Public, with a public constructor and nothing of Eider in it, because it is made by its name where Eider is not to be seen.
 */
public final class Farewell implements Runnable {

    public Farewell() {
    }

    @Override
    public void run() {
        // To look at the list may lengthen it: it asks this loader for a class of the name of each driver that is on it, and that puts itself there.
        while (again() | again()) {
            Thread.onSpinWait();
        }
    }

    private static boolean again() {
        List<Driver> ours = DriverManager.drivers().filter(driver -> driver.getClass().getClassLoader() == Farewell.class.getClassLoader()).toList();
        for (Driver driver : ours) {
            try {
                DriverManager.deregisterDriver(driver);
            } catch (SQLException e) {
                throw new IllegalStateException("the driver " + driver.getClass().getName() + " stays on the list of drivers", e);
            }
        }
        return !ours.isEmpty();
    }
}
