/**
 * Takes jars from the drop folders into the running system, and says in words why one is not taken. Read {@link eider.deployer.Deployer}
 * first, which has the thread and the service; then {@link eider.deployer.Deployment}, which compares what lies in the folders with what
 * is installed. A file becomes a {@link eider.deployer.Drop} when it is seen and a {@link eider.deployer.Jar} when its bytes were copied
 * and found sound; {@link eider.deployer.Installations} is the only class that touches bundles.
 * {@link eider.deployer.DriverJars} shows the jars of JDBC drivers, which are none.
 */
package eider.deployer;
