/** The distribution as people meet it: the script {@code eider}, processes, signals, exit codes and files. */
package eider.itest.process;
