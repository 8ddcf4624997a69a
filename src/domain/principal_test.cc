#include "domain/principal.h"

#include <array>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"

namespace clew::domain {
namespace {

constexpr std::array<std::string_view, kScopeCount> kScopeNames = {"kPublic",
                                                                   "kSignedIn",
                                                                   "kAnyKey",
                                                                   "kIngest",
                                                                   "kScoresWrite",
                                                                   "kProjectRead",
                                                                   "kScoreConfigsWrite",
                                                                   "kTracesDelete",
                                                                   "kProjectUpdate",
                                                                   "kApiKeysRead",
                                                                   "kApiKeysWrite",
                                                                   "kModelsWrite",
                                                                   "kMembersRead",
                                                                   "kMembersWrite",
                                                                   "kOrganizationRead",
                                                                   "kOrganizationUpdate",
                                                                   "kOrganizationKeys",
                                                                   "kProjectsCreate",
                                                                   "kOperate"};

// The columns of the table in contract/permissions.md, in order.
std::vector<Principal> columns() {
  std::vector<Principal> all;
  for (const Role role : {Role::kOwner, Role::kAdmin, Role::kMember, Role::kViewer, Role::kNone}) {
    all.push_back({.kind = PrincipalKind::kUser, .role = role});
  }
  for (const PrincipalKind kind : {PrincipalKind::kProjectKey, PrincipalKind::kPublicKey,
                                   PrincipalKind::kOrganizationKey, PrincipalKind::kAnonymous}) {
    all.push_back({.kind = kind});
  }
  return all;
}

// Scope name → the cells of its row.
std::map<std::string, std::vector<std::string>> documented() {
  std::ifstream file(CLEW_SOURCE_DIR "/contract/permissions.md");
  std::map<std::string, std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| k")) continue;
    const auto cells = text::split(line, '|');
    std::vector<std::string>& row = rows[std::string(text::trim(cells[1]))];
    for (std::size_t i = 2; i + 1 < cells.size(); ++i)
      row.emplace_back(text::trim(cells[i]));
  }
  return rows;
}

TEST(Permissions, AreWhatTheContractSaysInEveryCell) {
  const auto table = documented();
  const std::vector<Principal> principals = columns();
  EXPECT_EQ(table.size(), kScopeCount);
  for (std::size_t s = 0; s < kScopeCount; ++s) {
    const std::string name(kScopeNames[s]);
    ASSERT_TRUE(table.contains(name)) << name;
    const std::vector<std::string>& cells = table.at(name);
    ASSERT_EQ(cells.size(), principals.size()) << name;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      ASSERT_TRUE(cells[c] == "✓" || cells[c] == "–") << name;
      EXPECT_EQ(allows(principals[c], static_cast<Scope>(s)), cells[c] == "✓") << name << ", column " << c;
    }
  }
}

TEST(Permissions, OperatingIsNoRole) {
  Principal owner{.kind = PrincipalKind::kUser, .role = Role::kOwner};
  EXPECT_FALSE(allows(owner, Scope::kOperate));
  Principal someone{.kind = PrincipalKind::kUser, .is_operator = true};
  EXPECT_TRUE(allows(someone, Scope::kOperate));
  EXPECT_FALSE(allows(someone, Scope::kProjectRead));
  someone.kind = PrincipalKind::kOrganizationKey;
  EXPECT_FALSE(allows(someone, Scope::kOperate));
}

TEST(Roles, HaveOneTextEach) {
  for (const Role role : {Role::kOwner, Role::kAdmin, Role::kMember, Role::kViewer, Role::kNone}) {
    EXPECT_EQ(parse_role(to_text(role)), role);
  }
  EXPECT_FALSE(parse_role("owner").has_value());
}

}  // namespace
}  // namespace clew::domain
