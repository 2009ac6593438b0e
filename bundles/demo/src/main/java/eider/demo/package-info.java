/**
 * Made-up sales for a home that was started with {@code --demo}: {@link eider.demo.Shop} makes them up, {@link eider.demo.DemoSource} offers them as
 * any connector offers its rows, and {@link eider.demo.Demo} registers that source and syncs it. Nothing here runs in a home that is no demo.
 */
package eider.demo;
