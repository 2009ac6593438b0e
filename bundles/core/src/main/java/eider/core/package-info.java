/** The core put together for a plain JVM, without OSGi: {@link eider.core.Engine}. In the running system Declarative Services does the same. */
package eider.core;
