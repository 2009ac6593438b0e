package eider.engine;

import java.util.List;

/** Tells which connector jars lie in the drop folders and what came of them. */
public interface Plugins {
    /** By file name. */
    List<Plugin> plugins();
}
