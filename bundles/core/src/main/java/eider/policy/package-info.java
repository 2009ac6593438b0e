/**
 * Who may see which rows and columns. {@link eider.policy.PolicyFolder} reads {@code config/policies/}, one {@link eider.policy.Policy} for each role;
 * {@link eider.policy.Sight} is what one viewer sees by it, at one moment. It is applied in one place, by {@code eider.query}, to whatever shows rows to somebody.
 */
package eider.policy;
