/** What the dashboard shows, reckoned from {@code sales}. Read {@link eider.web.figures.Figures} first, then {@link eider.web.figures.Sales}. */
package eider.web.figures;
