/**
 * What a browser and a script see of Eider. Start with {@link eider.web.Gate}, which every request passes, and
 * {@link eider.web.Engine}, through which everything here reaches the engine. Pages are in {@code page}, the REST API is in
 * {@code api}, the channel for commands of the terminal in {@code command}; {@code figures} reckons what they show.
 */
package eider.web;
