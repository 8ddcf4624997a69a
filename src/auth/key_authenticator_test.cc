#include "auth/key_authenticator.h"

#include <gtest/gtest.h>

#include "auth/testing.h"

namespace clew::auth {
namespace {

using namespace testing;  // NOLINT: the vocabulary of these tests
using domain::PrincipalKind;

class Keys : public ::testing::Test {
 protected:
  Keys() {
    world.organization("org");
    world.project("alpha", "org");
    world.project("beta", "org");
    world.project_key("one", "alpha");
    world.project_key("two", "beta");
    world.organization_key("whole", "org");
  }
  std::string refusal(const http::Request& request) {
    const auto who = world.keys.authenticate(request);
    if (who) return "accepted";
    EXPECT_EQ(who.error().code, Errc::kUnauthenticated) << who.error().message;
    return who.error().message;
  }
  void expect_project(const http::Request& request, std::string_view project) {
    const auto who = world.keys.authenticate(request);
    ASSERT_TRUE(who.has_value()) << who.error().message;
    EXPECT_EQ(who->project_id, project);
  }
  meta::Value last_used(const std::string& id) {
    return world.database.run("SELECT last_used_at FROM api_keys WHERE id = $1", {id})->rows[0][0];
  }

  World world;
};

constexpr char kBadBasic[] = "Invalid credentials. Confirm that you've configured the correct host.";
constexpr char kBadBearer[] = "Invalid public key. Confirm that you've configured the correct host.";

TEST(KeyHasher, EqualsTheReferenceSoThatItsRowsKeepWorking) {
  EXPECT_EQ(sha256_hex("mysalt"), "f40da0ad65c0b820fe875da4164a230c4f4f4c765421d695a1bc298b4ddfa68c");
  EXPECT_EQ(KeyHasher("mysalt").hash("sk-lf-00000000-0000-4000-8000-000000000001"),
            "9ed323c2a1053adc0fbc4af5f708b4b61e49eb9b843b782c9374e14f0bf57912");
}

TEST_F(Keys, EachKindOfCredentialBecomesItsPrincipal) {
  const auto project = *world.keys.authenticate(with_key("pk-one", "sk-one"));
  EXPECT_EQ(project.kind, PrincipalKind::kProjectKey);
  EXPECT_EQ(project.project_id, "alpha");
  EXPECT_EQ(project.organization_id, "org");
  EXPECT_EQ(project.public_key, "pk-one");
  const auto bearer = *world.keys.authenticate(with_authorization("Bearer pk-one"));
  EXPECT_EQ(bearer.kind, PrincipalKind::kPublicKey);
  EXPECT_EQ(bearer.project_id, "alpha");
  const auto organization = *world.keys.authenticate(with_key("pk-whole", "sk-whole"));
  EXPECT_EQ(organization.kind, PrincipalKind::kOrganizationKey);
  EXPECT_EQ(organization.organization_id, "org");
  EXPECT_EQ(organization.project_id, "");
}

TEST_F(Keys, RefusalsSayWhatClientsExpect) {
  EXPECT_EQ(refusal(request()), "No authorization header");
  EXPECT_EQ(refusal(with_authorization("Digest x")), "Invalid authorization header");
  EXPECT_EQ(refusal(with_authorization("Basic !!!")), kBadBasic);
  EXPECT_EQ(refusal(with_authorization("Basic " + text::to_base64("pk-one"))), kBadBasic);
  EXPECT_EQ(refusal(with_key("pk-one", "")), kBadBasic);
  EXPECT_EQ(refusal(with_key("pk-one", "sk-wrong")), kBadBasic);
  EXPECT_EQ(refusal(with_key("sk-one", "pk-one")), kBadBasic);
  EXPECT_EQ(refusal(with_authorization("Bearer pk-nobody")), kBadBearer);
  EXPECT_EQ(refusal(with_authorization("Bearer sk-one")), kBadBearer);
  EXPECT_EQ(refusal(with_authorization("Bearer pk-whole")),
            "Unauthorized: Cannot use organization key with bearer auth");
}

// Rotating clients send the new secret with the old public key: the secret decides whose data it is.
TEST_F(Keys, TheSecretAloneDecides) {
  const auto who = *world.keys.authenticate(with_key("pk-two", "sk-one"));
  EXPECT_EQ(who.project_id, "alpha");
  EXPECT_EQ(who.public_key, "pk-one");
  EXPECT_EQ(world.keys.mismatched_pairs(), 1);
  EXPECT_EQ(refusal(with_key("pk-unknown:and-more", "sk-two")), kBadBasic);
}

TEST_F(Keys, OnlyTheFirstTwoPartsCount) {
  expect_project(with_authorization("basic " + text::to_base64("pk-one:sk-one:third")), "alpha");
}

TEST_F(Keys, StrictPairsAreRefused) {
  KeyAuthenticator strict(world.database, world.clock, {.salt = "mysalt", .strict_pairs = true, .background = false});
  EXPECT_FALSE(strict.authenticate(with_key("pk-two", "sk-one")).has_value());
  EXPECT_TRUE(strict.authenticate(with_key("pk-one", "sk-one")).has_value());
}

TEST_F(Keys, AnExpiredKeyIsRefusedAtOnceThoughItWasInMemory) {
  world.project_key("short", "alpha", world.clock.now_us() + kSecond);
  expect_project(with_key("pk-short", "sk-short"), "alpha");
  world.clock.advance(kSecond);
  EXPECT_TRUE(refusal(with_key("pk-short", "sk-short")).contains("expired"));
}

TEST_F(Keys, ADeletedKeyIsRefusedAtTheNextRequestHere) {
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  world.must("DELETE FROM api_keys WHERE id = 'key-one'");
  world.keys.keys_changed();
  EXPECT_EQ(refusal(with_key("pk-one", "sk-one")), kBadBasic);
}

TEST_F(Keys, ADeletionByAnotherProcessIsNoticedByTheNextRefresh) {
  world.keys.refresh();
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  expect_project(with_key("pk-two", "sk-two"), "beta");
  world.must("DELETE FROM api_keys WHERE id = 'key-one'");
  world.must("UPDATE change_counters SET value = value + 1 WHERE name = 'api_keys'");
  world.keys.refresh();
  world.database.away = true;  // not even then does the old answer serve
  EXPECT_EQ(refusal(with_key("pk-one", "sk-one")), kBadBasic);
  expect_project(with_key("pk-two", "sk-two"), "beta");
}

TEST_F(Keys, ADeletionBeforeTheFirstRefreshIsNoticedToo) {
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  world.must("DELETE FROM api_keys WHERE id = 'key-one'");
  world.must("UPDATE change_counters SET value = value + 1 WHERE name = 'api_keys'");
  world.keys.refresh();
  EXPECT_EQ(refusal(with_key("pk-one", "sk-one")), kBadBasic);
}

TEST_F(Keys, ANewKeyWorksAtOnceThoughItWasTriedBefore) {
  EXPECT_EQ(refusal(with_key("pk-late", "sk-late")), kBadBasic);
  world.project_key("late", "alpha");
  world.keys.keys_changed();
  expect_project(with_key("pk-late", "sk-late"), "alpha");
}

TEST_F(Keys, KeysOfADeletedProjectAreRefused) {
  world.must("UPDATE projects SET deleted_at = 1 WHERE id = 'alpha'");
  EXPECT_EQ(refusal(with_key("pk-one", "sk-one")), kBadBasic);
}

TEST_F(Keys, IngestionKeepsWorkingWhileTheStoreIsAway) {
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  world.database.away = true;
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  const auto unknown = world.keys.authenticate(with_key("pk-two", "sk-two"));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, Errc::kUnavailable);
}

TEST_F(Keys, AKeyInMemoryNeedsNoStatement) {
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  const int before = world.database.statements;
  for (int i = 0; i < 100; ++i)
    expect_project(with_key("pk-one", "sk-one"), "alpha");
  EXPECT_EQ(world.database.statements, before);
  const auto known = world.keys.try_authenticate(with_key("pk-one", "sk-one"));
  ASSERT_TRUE(known.has_value());
  EXPECT_TRUE(known->has_value());
  EXPECT_FALSE(world.keys.try_authenticate(with_key("pk-two", "sk-two")).has_value());
}

TEST_F(Keys, GuessingCostsTheGuesserNotTheStore) {
  for (int i = 0; i < 100; ++i)
    refusal(with_key("pk-x", "sk-guess-" + std::to_string(i)));
  const int before = world.database.statements;
  const auto throttled = world.keys.authenticate(with_key("pk-x", "sk-one-more"));
  ASSERT_FALSE(throttled.has_value());
  EXPECT_EQ(throttled.error().code, Errc::kRateLimited);
  EXPECT_EQ(world.database.statements, before);
  http::Request elsewhere = with_key("pk-one", "sk-one");
  elsewhere.remote_address = "203.0.113.5";
  expect_project(elsewhere, "alpha");
}

TEST_F(Keys, MemoryForUnknownKeysIsBounded) {
  KeyAuthenticator small(world.database, world.clock, {.salt = "mysalt", .cached_max = 10, .background = false});
  ASSERT_TRUE(small.authenticate(with_key("pk-one", "sk-one")).has_value());
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(small.authenticate(with_key("pk-x", "sk-guess-" + std::to_string(i))).has_value());
  }
  EXPECT_TRUE(small.try_authenticate(with_key("pk-one", "sk-one")).has_value())
      << "a known key was dropped for guesses";
}

TEST_F(Keys, LastUseIsWrittenLaterAndAtMostOnceAMinute) {
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  EXPECT_EQ(last_used("key-one").index(), 0U);
  world.keys.refresh();
  const TimeUs first = world.clock.now_us();
  EXPECT_EQ(std::get<std::int64_t>(last_used("key-one")), first);
  world.clock.advance(59 * kSecond);
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  world.keys.refresh();
  EXPECT_EQ(std::get<std::int64_t>(last_used("key-one")), first);
  world.clock.advance(2 * kSecond);
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  world.keys.refresh();
  EXPECT_EQ(std::get<std::int64_t>(last_used("key-one")), world.clock.now_us());
}

TEST_F(Keys, LastUseIsNotLostWhenTheStoreIsAwayForAWhile) {
  expect_project(with_key("pk-one", "sk-one"), "alpha");
  world.database.away = true;
  world.keys.refresh();
  world.database.away = false;
  world.keys.refresh();
  EXPECT_EQ(last_used("key-one").index(), 1U);
}

TEST_F(Keys, TheBackgroundThreadEndsAKeyDeletedElsewhereWithinASecond) {
  KeyAuthenticator live(world.database, world.clock, {.salt = "mysalt"});
  ASSERT_TRUE(live.authenticate(with_key("pk-one", "sk-one")).has_value());
  world.must("DELETE FROM api_keys WHERE id = 'key-one'");
  world.must("UPDATE change_counters SET value = value + 1 WHERE name = 'api_keys'");
  const std::int64_t deadline = monotonic_us() + 5 * kSecond;
  while (live.authenticate(with_key("pk-one", "sk-one")).has_value() && monotonic_us() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_LT(monotonic_us(), deadline);
}

}  // namespace
}  // namespace clew::auth
