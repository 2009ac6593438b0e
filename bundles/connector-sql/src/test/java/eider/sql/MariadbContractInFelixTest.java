package eider.sql;

import eider.tck.FelixContract;

/** Inside Felix too: its other driver comes with the bundle, and leaves with it. */
class MariadbContractInFelixTest extends MariadbContractTest implements FelixContract {}
