/** What people can reach of a real server, by pages, API and commands: each by the policy of the role, and attackers no further. */
package eider.itest.people;
