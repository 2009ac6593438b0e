/**
 * The rules of the house, looked up in what was built: who may import whom. {@link eider.itest.rules.BundleRulesTest} reads manifests,
 * {@link eider.itest.rules.CoreRulesTest} reads classes, {@link eider.itest.rules.ResolutionTest} lets a framework resolve the bundles.
 */
package eider.itest.rules;
