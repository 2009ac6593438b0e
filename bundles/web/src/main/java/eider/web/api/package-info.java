/**
 * The REST API below {@code /api/v1/}, in Jersey. {@link eider.web.api.Rest} is the servlet; each resource is one class.
 *
 * <p>Money and other decimal numbers are strings ({@code "1234.5000"}), so that no reader loses a cent to binary fractions; counts are numbers;
 * days are {@code "2026-01-31"}, moments {@code "2026-01-31T12:00:00Z"}. What went wrong is {@code {"error":"sentence"}}.
 */
package eider.web.api;
