/**
 * The page of a running Eider in a real browser (Debian's Chromium, driven by Playwright). Read {@link eider.itest.web.Visit} first: it opens the
 * page and keeps account of everything a visit must never do, such as asking another host or tripping the content security policy. Where there is no
 * browser these tests are skipped, and say so.
 */
package eider.itest.web;
