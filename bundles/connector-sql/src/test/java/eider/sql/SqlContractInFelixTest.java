package eider.sql;

import eider.tck.FelixContract;

/** The SQL connector keeps the connector contract inside Felix, its driver with it, and leaves when it is uninstalled. */
class SqlContractInFelixTest extends SqlContractTest implements FelixContract {}
