package eider.files;

import eider.tck.FelixContract;

/** The files connector keeps the connector contract inside Felix, and leaves when it is uninstalled. */
class FilesContractInFelixTest extends FilesContractTest implements FelixContract {}
