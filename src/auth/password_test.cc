#include "auth/password.h"

#include <gtest/gtest.h>

namespace clew::auth {
namespace {

constexpr PasswordCost kCheap{.memory_bytes = 8U << 20, .passes = 1};

TEST(PasswordHasher, AcceptsTheRightPasswordOnly) {
  PasswordHasher hasher(kCheap);
  const std::string stored = *hasher.hash("a long enough secret");
  EXPECT_TRUE(stored.starts_with("$argon2id$")) << stored;
  EXPECT_TRUE(hasher.verify("a long enough secret", stored)->matches);
  EXPECT_FALSE(hasher.verify("a long enough secreT", stored)->matches);
  EXPECT_FALSE(hasher.verify("", stored)->matches);
}

TEST(PasswordHasher, NobodyHasThePasswordOfAnUnknownUser) {
  PasswordHasher hasher(kCheap);
  EXPECT_FALSE(hasher.verify("anything", std::nullopt)->matches);
}

TEST(PasswordHasher, SaysWhenAHashShouldBeStoredAnew) {
  PasswordHasher cheap(kCheap), dear({.memory_bytes = 8U << 20, .passes = 2});
  const std::string stored = *cheap.hash("a long enough secret");
  EXPECT_FALSE(cheap.verify("a long enough secret", stored)->outdated);
  EXPECT_TRUE(dear.verify("a long enough secret", stored)->outdated);
}

// Users imported from a Langfuse database sign in with what they had. The string is bcrypt's published test vector.
TEST(PasswordHasher, AcceptsBcryptAndWantsItReplaced) {
  PasswordHasher hasher(kCheap);
  const std::string stored = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  const auto verdict = hasher.verify("U*U", stored);
  EXPECT_TRUE(verdict->matches);
  EXPECT_TRUE(verdict->outdated);
  EXPECT_FALSE(hasher.verify("U*V", stored)->matches);
  EXPECT_FALSE(hasher.verify("U*U", "$2a$broken")->matches);
}

TEST(PasswordRules, RefuseWhatIsGuessedFirst) {
  const auto problem = [](std::string_view password) {
    return password_problem(password, "ada.lovelace@example.com", "Ada Lovelace").has_value();
  };
  EXPECT_TRUE(problem("short"));
  EXPECT_TRUE(problem("elevenchars"));
  EXPECT_TRUE(problem("aaaaaaaaaaaaaaaa"));
  EXPECT_TRUE(problem("abababababababab"));
  EXPECT_TRUE(problem("abcdefghijklmnop"));
  EXPECT_TRUE(problem("Password1234"));
  EXPECT_TRUE(problem("ada.lovelace123"));
  EXPECT_TRUE(problem("ada.lovelace@example.com"));
  EXPECT_TRUE(problem(std::string(129, 'x') + "abcdefgh"));
  EXPECT_FALSE(problem("tangerine-umbrella-41"));
  EXPECT_FALSE(problem("zwölf Äpfel!"));
}

}  // namespace
}  // namespace clew::auth
