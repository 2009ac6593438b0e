/**
 * The connector contract as JUnit 5 tests. A connector is what passes them; its author reads {@link eider.tck.SourceContract} first,
 * implements its two methods in a test class of the connector's module, and has the contract run in a plain JVM. The same two methods and
 * {@link eider.tck.FelixContract} run it against the built bundle inside Felix.
 *
 * <p>A jar that was built somewhere else is tested by the command {@link eider.tck.Tck}, with a {@link eider.tck.JarContract}; {@code
 * docs/connectors.md} shows it step by step.
 *
 * <p>What only the author knows is said by an {@link eider.tck.Outside}: how to fill the outside world, how to change it, where a
 * secret could be met. Everything else here serves the two contracts: {@link eider.tck.RecordingSink} checks each call of a source,
 * {@link eider.tck.Warehouse} is the real engine that tables are compared in, {@link eider.tck.Felix} is a small framework.
 */
package eider.tck;
