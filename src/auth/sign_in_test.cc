// Passwords, sessions, throttling, cross-site requests and the audit trail, as attackers and users meet them.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "auth/testing.h"

namespace clew::auth {
namespace {

using namespace testing;  // NOLINT: the vocabulary of these tests
using domain::Role;
using domain::Scope;

class SignIn : public ::testing::Test {
 protected:
  bool sign_in(std::string_view email, std::string_view password) {
    const auto outcome = world.accounts.sign_in(email, password, world.actor);
    EXPECT_TRUE(outcome.has_value());
    retry_after_s = outcome->retry_after_s;
    return outcome->user.has_value();
  }
  std::string session_of(const std::string& user_id) {
    return *world.sessions.begin(user_id, "password", "198.51.100.7", "test");
  }
  Result<domain::Principal> ask(const http::Request& request, Scope scope, const PathParameters& path = {}) {
    return world.authenticator.authenticate(request, Door::kBrowser, scope, path);
  }
  Errc refusal(const http::Request& request, Scope scope, const PathParameters& path = {}) {
    const auto who = ask(request, scope, path);
    EXPECT_FALSE(who.has_value());
    return who ? Errc::kInternal : who.error().code;
  }
  std::int64_t count(std::string_view sql) { return world.database.run(sql)->integer(0, 0); }

  World world;
  int retry_after_s = 0;
};

TEST_F(SignIn, WorksWithTheAddressInAnyCase) {
  world.user("ada@example.com");
  EXPECT_TRUE(sign_in(" Ada@Example.COM ", kPassword));
  EXPECT_FALSE(sign_in("ada@example.com", "wrong"));
  EXPECT_FALSE(sign_in("nobody@example.com", kPassword));
  EXPECT_FALSE(sign_in("not an address", kPassword));
}

TEST_F(SignIn, AnAddressHasOneAccount) {
  world.user("ada@example.com");
  const auto second = world.accounts.sign_up("Eve", "ADA@example.com", kPassword, world.actor);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Errc::kConflict);
}

TEST_F(SignIn, SignUpRefusesNamesWithMarkupAndBadAddresses) {
  const auto refused = [&](std::string_view name, std::string_view email) {
    const auto outcome = world.accounts.sign_up(name, email, kPassword, world.actor);
    return !outcome && outcome.error().code == Errc::kInvalidArgument;
  };
  EXPECT_TRUE(refused("<b>Eve</b>", "eve@example.com"));
  EXPECT_TRUE(refused("see https://evil.example", "eve@example.com"));
  EXPECT_TRUE(refused("  ", "eve@example.com"));
  EXPECT_TRUE(refused("Eve", "eve"));
  EXPECT_TRUE(refused("Eve", "eve@a@b"));
  EXPECT_TRUE(refused("Eve", "eve@example.com\r\nBcc: x"));
}

TEST_F(SignIn, SignUpCanBeSwitchedOff) {
  Accounts closed(world.database, world.clock, world.hasher, world.throttle, {.sign_up_enabled = false});
  EXPECT_EQ(closed.sign_up("Eve", "eve@example.com", kPassword, world.actor).error().code, Errc::kForbidden);
}

TEST_F(SignIn, AnAccountUnderAttackIsCheckedAtMostTwentyTimesInTenMinutes) {
  world.user("ada@example.com");
  const auto checks = [&] { return count("SELECT count(*) FROM audit_log WHERE action = 'signIn'"); };
  for (int second = 0; second < 600; ++second) {
    world.actor.remote_address = "10.0." + std::to_string(second % 250) + ".1";
    sign_in("ada@example.com", "guess");
    world.clock.advance(kSecond);
  }
  EXPECT_LE(checks(), 20);
  EXPECT_FALSE(sign_in("ada@example.com", kPassword)) << "the right password must look wrong while the account waits";
  world.clock.advance(301 * kSecond);
  EXPECT_TRUE(sign_in("ada@example.com", kPassword));
  EXPECT_FALSE(sign_in("ada@example.com", "wrong"));
  EXPECT_TRUE(sign_in("ada@example.com", kPassword)) << "success forgets the failures";
}

TEST_F(SignIn, ManyAtOnceWithTheRightPasswordAllSucceed) {
  world.user("ada@example.com");
  std::atomic<int> welcome = 0;
  {
    std::vector<std::jthread> people;
    for (int i = 0; i < 12; ++i) {
      people.emplace_back([&] {
        const auto outcome = world.accounts.sign_in("ada@example.com", kPassword, world.actor);
        welcome += outcome && outcome->user;
      });
    }
  }
  EXPECT_EQ(welcome, 12);
}

TEST_F(SignIn, ParallelGuessesDoNotOutrunTheCount) {
  world.user("ada@example.com");
  {
    std::vector<std::jthread> guessers;
    for (int i = 0; i < 24; ++i) {
      guessers.emplace_back([&] { (void)world.accounts.sign_in("ada@example.com", "guess", world.actor); });
    }
  }
  EXPECT_EQ(count("SELECT failures FROM sign_in_attempts WHERE subject LIKE 'account:%'"), 5);
  EXPECT_FALSE(sign_in("ada@example.com", kPassword));
  world.clock.advance(kSecond);
  EXPECT_TRUE(sign_in("ada@example.com", kPassword)) << "the fifth failure costs one second";
}

TEST_F(SignIn, AnAttemptThatCouldNotBeCheckedLeavesNoTrace) {
  world.user("ada@example.com");
  for (int i = 0; i < 8; ++i) {
    const auto admission = world.throttle.admit("ada@example.com", world.actor.remote_address);
    ASSERT_TRUE(admission && admission->admitted());
  }
  EXPECT_TRUE(sign_in("ada@example.com", kPassword));
}

TEST_F(SignIn, ManyAccountsFromOneNetworkAreStopped) {
  for (int i = 0; i < 50; ++i) {
    world.actor.remote_address = "198.51.100." + std::to_string(i);
    sign_in("user" + std::to_string(i) + "@example.com", "guess");
  }
  EXPECT_EQ(retry_after_s, 0);
  sign_in("one.more@example.com", "guess");
  EXPECT_EQ(retry_after_s, 600);
  world.actor.remote_address = "203.0.113.9";
  world.user("ada@example.com");
  EXPECT_TRUE(sign_in("ada@example.com", kPassword)) << "other networks are not concerned";
}

TEST_F(SignIn, ADisabledUserIsRefusedAndLosesTheSession) {
  const std::string id = world.user("ada@example.com");
  const std::string token = session_of(id);
  ASSERT_TRUE(world.sessions.find(token)->has_value());
  ASSERT_TRUE(world.accounts.disable(id, world.actor).has_value());
  EXPECT_FALSE(world.sessions.find(token)->has_value());
  EXPECT_FALSE(sign_in("ada@example.com", kPassword));
}

TEST_F(SignIn, ChangingThePasswordEndsEverySession) {
  const std::string id = world.user("ada@example.com");
  const std::string token = session_of(id);
  EXPECT_EQ(world.accounts.change_password(id, "wrong", "another good one 7", world.actor).error().code,
            Errc::kForbidden);
  ASSERT_TRUE(world.accounts.change_password(id, kPassword, "another good one 7", world.actor).has_value());
  EXPECT_FALSE(world.sessions.find(token)->has_value());
  EXPECT_FALSE(sign_in("ada@example.com", kPassword));
  EXPECT_TRUE(sign_in("ada@example.com", "another good one 7"));
}

TEST_F(SignIn, ImportedBcryptUsersAreStoredAnewAtTheirFirstSignIn) {
  world.user("ada@example.com");
  world.must("UPDATE users SET password_hash = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'");
  EXPECT_TRUE(sign_in("ada@example.com", "U*U"));
  EXPECT_EQ(count("SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$%'"), 1);
  EXPECT_TRUE(sign_in("ada@example.com", "U*U"));
}

// ---- sessions ------------------------------------------------------------------------------------------------------

TEST_F(SignIn, SessionsEndWhenIdleWhenOldAndAtSignOut) {
  const std::string id = world.user("ada@example.com");
  constexpr std::int64_t kDay = 86'400 * kSecond;
  const std::string idle = session_of(id);
  world.clock.advance(7 * kDay);
  EXPECT_FALSE(world.sessions.find(idle)->has_value());

  const std::string old = session_of(id);
  for (int day = 0; day < 29; ++day) {
    world.clock.advance(kDay);
    ASSERT_TRUE(world.sessions.find(old)->has_value()) << day;
  }
  world.clock.advance(kDay);
  EXPECT_FALSE(world.sessions.find(old)->has_value());

  const std::string ended = session_of(id), other = session_of(id);
  ASSERT_TRUE(world.sessions.end(ended).has_value());
  EXPECT_FALSE(world.sessions.find(ended)->has_value());
  EXPECT_TRUE(world.sessions.find(other)->has_value());
  EXPECT_EQ(count("SELECT count(*) FROM user_sessions"), 1) << "ended sessions are removed";
}

TEST_F(SignIn, TheStoreHoldsNoTokenAndEachSignInHasItsOwn) {
  const std::string id = world.user("ada@example.com");
  const std::string first = session_of(id), second = session_of(id);
  EXPECT_NE(first, second);
  EXPECT_GE(first.size(), 43U);
  const auto rows = world.database.run("SELECT token_hash FROM user_sessions");
  for (std::size_t r = 0; r < rows->size(); ++r) {
    EXPECT_NE(rows->text(r, 0), first);
    EXPECT_FALSE(world.sessions.find(rows->text(r, 0))->has_value()) << "a stored hash opens nothing";
  }
}

TEST_F(SignIn, TheCookieIsOutOfReachForScriptsAndOtherSites) {
  EXPECT_EQ(world.sessions.cookie("T"), "clew_session=T; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
  const Sessions secure(world.database, world.clock, {.secure_cookie = true});
  EXPECT_TRUE(secure.cookie("T").ends_with("; Secure"));
  EXPECT_TRUE(secure.expired_cookie().contains("Max-Age=0"));
}

// ---- cross-site ----------------------------------------------------------------------------------------------------

TEST_F(SignIn, AChangeNeedsOurOriginJsonAndTheToken) {
  const std::string token = session_of(world.user("ada@example.com"));
  const auto changed = [&](auto&& edit) {
    http::Request request = from_browser(http::Method::kPost, token);
    edit(request.headers);
    return ask(request, Scope::kSignedIn).has_value();
  };
  EXPECT_TRUE(changed([](auto&) {}));
  EXPECT_FALSE(changed([](auto& h) { h.set("x-clew-csrf", ""); }));
  EXPECT_FALSE(changed([](auto& h) { h.set("x-clew-csrf", csrf_token("another session")); }));
  EXPECT_FALSE(changed([](auto& h) { h.set("Origin", "https://evil.example"); }));
  EXPECT_FALSE(changed([](auto& h) { h.set("Origin", "null"); }));
  EXPECT_FALSE(changed([](auto& h) { h.set("Origin", ""); }));
  EXPECT_FALSE(changed([](auto& h) { h.set("Sec-Fetch-Site", "cross-site"); }));
  EXPECT_FALSE(changed([](auto& h) { h.set("Content-Type", "text/plain"); }));
  EXPECT_FALSE(changed([](auto& h) { h.set("Content-Type", "application/x-www-form-urlencoded"); }));
  EXPECT_TRUE(changed([](auto& h) { h.set("Content-Type", "application/json; charset=utf-8"); }));
  EXPECT_TRUE(changed([](auto& h) {
    h.set("Origin", "http://10.0.0.3:3000");
    h.set("Host", "10.0.0.3:3000");
  })) << "the host that was asked for is our own, whatever the public URL says";
  EXPECT_TRUE(changed([](auto& h) {
    h.set("Origin", "");
    h.set("Sec-Fetch-Site", "same-origin");
  }));
}

TEST_F(SignIn, ReadingNeedsTheSessionOnly) {
  const std::string id = world.user("ada@example.com");
  http::Request plain = request();
  plain.headers.add("Cookie", "clew_session=" + session_of(id));
  EXPECT_EQ(ask(plain, Scope::kSignedIn)->user_id, id);
  EXPECT_EQ(refusal(request(), Scope::kSignedIn), Errc::kUnauthenticated);
}

TEST_F(SignIn, EachDoorLooksAtItsOwnCredential) {
  world.organization("org");
  world.project("alpha", "org");
  world.project_key("one", "alpha");
  EXPECT_EQ(refusal(with_key("pk-one", "sk-one"), Scope::kSignedIn), Errc::kUnauthenticated);
  const http::Request browser = from_browser(http::Method::kGet, session_of(world.user("ada@example.com")));
  const auto key_door = world.authenticator.authenticate(browser, Door::kKeys, Scope::kProjectRead, {});
  ASSERT_FALSE(key_door.has_value());
  EXPECT_EQ(key_door.error().message, "No authorization header");
}

// ---- roles ---------------------------------------------------------------------------------------------------------

TEST_F(SignIn, ForStrangersAProjectDoesNotExist) {
  world.organization("org");
  world.organization("other");
  world.project("alpha", "org");
  world.project("gone", "org");
  world.must("UPDATE projects SET deleted_at = 1 WHERE id = 'gone'");
  const std::string ada = world.user("ada@example.com"), eve = world.user("eve@example.com");
  world.member("org", ada, "ADMIN");
  world.member("other", eve, "OWNER");
  const http::Request by_ada = from_browser(http::Method::kGet, session_of(ada));
  const http::Request by_eve = from_browser(http::Method::kGet, session_of(eve));

  const auto who = ask(by_ada, Scope::kProjectRead, {{"projectId", "alpha"}});
  ASSERT_TRUE(who.has_value());
  EXPECT_EQ(who->role, Role::kAdmin);
  EXPECT_EQ(who->organization_id, "org");
  EXPECT_EQ(refusal(by_eve, Scope::kProjectRead, {{"projectId", "alpha"}}), Errc::kNotFound);
  EXPECT_EQ(refusal(by_eve, Scope::kProjectRead, {{"projectId", "nothing"}}), Errc::kNotFound);
  EXPECT_EQ(refusal(by_ada, Scope::kProjectRead, {{"projectId", "gone"}}), Errc::kNotFound);
  EXPECT_EQ(refusal(by_eve, Scope::kOrganizationRead, {{"organizationId", "org"}}), Errc::kNotFound);
  EXPECT_EQ(ask(by_eve, Scope::kOrganizationRead, {{"organizationId", "other"}})->role, Role::kOwner);
}

TEST_F(SignIn, TheRoleInAProjectReplacesThatOfTheOrganization) {
  world.organization("org");
  world.project("alpha", "org");
  world.project("beta", "org");
  const std::string ada = world.user("ada@example.com");
  world.member("org", ada, "MEMBER");
  world.project_member("alpha", ada, "OWNER");
  world.project_member("beta", ada, "NONE");
  const http::Request by_ada = from_browser(http::Method::kGet, session_of(ada));
  EXPECT_EQ(ask(by_ada, Scope::kProjectRead, {{"projectId", "alpha"}})->role, Role::kOwner);
  EXPECT_EQ(refusal(by_ada, Scope::kProjectRead, {{"projectId", "beta"}}), Errc::kNotFound);
  EXPECT_EQ(ask(by_ada, Scope::kOrganizationRead, {{"organizationId", "org"}})->role, Role::kMember);
}

TEST_F(SignIn, WhoLeavesTheOrganizationLosesItsProjectsAtOnce) {
  world.organization("org");
  world.project("alpha", "org");
  const std::string ada = world.user("ada@example.com");
  world.member("org", ada, "MEMBER");
  world.project_member("alpha", ada, "OWNER");
  const http::Request by_ada = from_browser(http::Method::kGet, session_of(ada));
  ASSERT_TRUE(ask(by_ada, Scope::kProjectRead, {{"projectId", "alpha"}}).has_value());
  world.must("DELETE FROM memberships");
  EXPECT_EQ(refusal(by_ada, Scope::kProjectRead, {{"projectId", "alpha"}}), Errc::kNotFound);
}

TEST_F(SignIn, KeysReachOnlyWhatIsTheirs) {
  world.organization("org");
  world.organization("other");
  world.project("alpha", "org");
  world.project("foreign", "other");
  world.project_key("one", "alpha");
  world.organization_key("whole", "org");
  const auto project_key = *world.keys.authenticate(with_key("pk-one", "sk-one"));
  EXPECT_TRUE(world.access.authorize_project(project_key, "alpha").has_value());
  EXPECT_EQ(world.access.authorize_project(project_key, "foreign").error().code, Errc::kNotFound);
  const auto organization_key = *world.keys.authenticate(with_key("pk-whole", "sk-whole"));
  EXPECT_EQ(world.access.authorize_project(organization_key, "alpha")->project_id, "alpha");
  EXPECT_EQ(world.access.authorize_project(organization_key, "foreign").error().code, Errc::kNotFound);
  EXPECT_EQ(world.access.authorize_organization(organization_key, "other").error().code, Errc::kNotFound);
}

// ---- audit ---------------------------------------------------------------------------------------------------------

TEST_F(SignIn, TheTrailNamesSuccessAndFailureAndHoldsNoSecret) {
  world.user("ada@example.com");
  sign_in("ada@example.com", kPassword);
  sign_in("ada@example.com", "a wrong secret");
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action = 'signIn' AND outcome = 'success'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action = 'signIn' AND outcome = 'denied'"), 1);
  const auto rows = world.database.run("SELECT * FROM audit_log");
  for (std::size_t r = 0; r < rows->size(); ++r) {
    for (std::size_t c = 0; c < rows->names.size(); ++c) {
      EXPECT_FALSE(rows->text(r, c).contains(kPassword)) << rows->names[c];
      EXPECT_FALSE(rows->text(r, c).contains("wrong secret")) << rows->names[c];
    }
  }
}

class AuditTrail : public SignIn {
 protected:
  AuditTrail() {
    for (const char* name : {"a", "b", "c", "d"})
      world.user(std::string(name) + "@example.com");
  }
  std::optional<std::int64_t> first_bad_after(std::string_view tampering) {
    EXPECT_FALSE(verify_audit(world.database)->first_bad.has_value());
    world.must(tampering);
    return verify_audit(world.database)->first_bad;
  }
};

TEST_F(AuditTrail, AnEditIsFound) {
  EXPECT_EQ(first_bad_after("UPDATE audit_log SET actor_id = 'somebody else' WHERE sequence = 2"), 2);
}
TEST_F(AuditTrail, ARemovedRowIsFound) {
  EXPECT_EQ(first_bad_after("DELETE FROM audit_log WHERE sequence = 3"), 3);
}
TEST_F(AuditTrail, ATruncatedEndIsFound) {
  EXPECT_EQ(first_bad_after("DELETE FROM audit_log WHERE sequence = 4"), 4);
}
TEST_F(AuditTrail, SwappedRowsAreFound) {
  EXPECT_EQ(first_bad_after("UPDATE audit_log SET sequence = CASE sequence WHEN 2 THEN -3 ELSE -2 END "
                            "WHERE sequence IN (2, 3)"),
            2);
}

TEST_F(SignIn, NothingChangesWithoutItsAuditRow) {
  world.must("DELETE FROM audit_head");
  EXPECT_FALSE(world.accounts.sign_up("Ada", "ada@example.com", kPassword, world.actor).has_value());
  EXPECT_EQ(count("SELECT count(*) FROM users"), 0);
}

}  // namespace
}  // namespace clew::auth
