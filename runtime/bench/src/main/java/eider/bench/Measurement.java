package eider.bench;

import java.util.List;

/** Something that is measured. Called once; leaves no process behind. */
interface Measurement {

    /** What a person reads while it runs. */
    String name();

    List<Figure> measure() throws Exception;
}
