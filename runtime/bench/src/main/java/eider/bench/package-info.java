/**
 * {@code ./eider bench}: measures the distribution from outside, as a person would meet it. {@link eider.bench.Bench} runs the {@link
 * eider.bench.Measurement}s one after the other; each starts what it measures as a process of its own and reads memory and processor time from
 * {@code /proc}, so the figures are those of the process and not of this program.
 *
 * <p>A machine is never idle in the same way twice. So what is compared is measured in turns within one run, and the figure is the ratio.
 */
package eider.bench;
