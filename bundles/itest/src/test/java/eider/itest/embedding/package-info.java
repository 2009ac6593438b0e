/** Eider inside a plain Java program. {@link eider.itest.embedding.ShopReport} is that program, as {@code docs/embedding.md} shows it. */
package eider.itest.embedding;
