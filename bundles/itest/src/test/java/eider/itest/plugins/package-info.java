/** Connector jars in the drop folder of a whole Eider: {@link eider.itest.plugins.PluginsTest} while it runs, and as the command shows them. */
package eider.itest.plugins;
