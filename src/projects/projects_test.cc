#include "projects/projects.h"

#include <gtest/gtest.h>

#include "auth/testing.h"
#include "projects/api_keys.h"
#include "projects/organizations.h"
#include "projects/provisioning.h"

namespace clew::projects {
namespace {

using auth::testing::kSecond;
using auth::testing::with_key;
using domain::Role;

class ProjectsTest : public ::testing::Test {
 protected:
  ProjectsTest() {
    ada = world.user("ada@example.com");
    bob = world.user("bob@example.com");
    org = organizations.create("Acme Labs", ada, "ada@example.com", actor)->id;
  }
  Project project(std::string_view name) {
    auto made = projects.create(org, {.name = std::string(name)}, actor);
    CLEW_ASSERT(made.has_value(), "cannot create a project");
    return *made;
  }
  template <class T>
  Errc code(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result ? Errc::kInternal : result.error().code;
  }
  Role role_of(const std::string& user_id) {
    const auto members = organizations.members(org);
    for (const Member& member : *members) {
      if (member.user_id == user_id) return member.role;
    }
    return Role::kNone;
  }
  // NONE removes.
  Result<> give(const std::string& email, Role role, Role granting = Role::kOwner) {
    const auto wanted = role == Role::kNone ? std::nullopt : std::optional(role);
    return organizations.set_role(org, {.id = {}, .email = email}, wanted, granting, actor);
  }
  KeyOwner owner(const Project& project) { return {.organization_id = org, .project_id = project.id}; }
  std::int64_t audited(const std::string& type, const std::string& action) {
    return world.database
        .run("SELECT count(*) FROM audit_log WHERE resource_type = $1 AND action = $2", {type, action})
        ->integer(0, 0);
  }

  auth::testing::World world;
  auth::Actor actor = world.actor;
  Organizations organizations{world.database, world.clock};
  Projects projects{world.database, world.clock};
  ApiKeys keys{world.database, world.clock, world.keys};
  std::string ada, bob, org;
};

TEST(Names, HaveThreeToSixtyCharactersAndNoHtml) {
  EXPECT_TRUE(name_problem("ab").has_value());
  EXPECT_TRUE(name_problem("  ab  ").has_value());
  EXPECT_TRUE(name_problem(std::string(61, 'x')).has_value());
  EXPECT_TRUE(name_problem("<script>alert(1)</script>").has_value());
  EXPECT_TRUE(name_problem("two\nlines").has_value());
  EXPECT_FALSE(name_problem("Größe & Maß 🧵").has_value());
  EXPECT_FALSE(name_problem("üüü").has_value());
}

TEST_F(ProjectsTest, TheCreatorOfAnOrganizationIsItsOwner) {
  EXPECT_EQ(role_of(ada), Role::kOwner);
}

TEST_F(ProjectsTest, OnlyListedPeopleCreateOrganizationsWhenThereIsAList) {
  Organizations closed(world.database, world.clock, {.creators = {"Ada@example.com"}});
  EXPECT_TRUE(closed.create("Second", ada, "ada@example.com", actor).has_value());
  EXPECT_EQ(code(closed.create("Third", bob, "bob@example.com", actor)), Errc::kForbidden);
}

TEST_F(ProjectsTest, AUserSeesTheOwnOrganizationsAndProjectsOnly) {
  const Project alpha = project("alpha"), beta = project("beta");
  ASSERT_TRUE(give("bob@example.com", Role::kViewer).has_value());
  ASSERT_TRUE(projects.set_role(beta, bob, Role::kNone, Role::kOwner, actor).has_value());
  ASSERT_TRUE(projects.set_role(alpha, bob, Role::kAdmin, Role::kOwner, actor).has_value());
  const auto visible = *organizations.visible_to(bob);
  ASSERT_EQ(visible.size(), 1U);
  EXPECT_EQ(visible[0].role, Role::kViewer);
  ASSERT_EQ(visible[0].projects.size(), 1U);
  EXPECT_EQ(visible[0].projects[0].id, alpha.id);
  EXPECT_EQ(visible[0].projects[0].role, Role::kAdmin);
  EXPECT_EQ(organizations.visible_to(ada)->at(0).projects.size(), 2U);
  EXPECT_TRUE(organizations.visible_to("nobody")->empty());
}

TEST_F(ProjectsTest, ProjectNamesAreUniqueInAnOrganizationOnly) {
  project("alpha");
  EXPECT_EQ(code(projects.create(org, {.name = "alpha"}, actor)), Errc::kConflict);
  const std::string other = organizations.create("Other Org", bob, "bob@example.com", actor)->id;
  EXPECT_TRUE(projects.create(other, {.name = "alpha"}, actor).has_value());
  const Project beta = project("beta");
  EXPECT_EQ(code(projects.update(beta.id, {.name = "alpha"}, actor)), Errc::kConflict);
}

TEST_F(ProjectsTest, AnUpdateKeepsWhatItDoesNotName) {
  const Project made =
      *projects.create(org, {.name = "alpha", .metadata = R"({"team":"red"})", .retention_days = 30}, actor);
  const Project renamed = *projects.update(made.id, {.name = "gamma"}, actor);
  EXPECT_EQ(renamed.name, "gamma");
  EXPECT_EQ(renamed.metadata, R"({"team":"red"})");
  EXPECT_EQ(renamed.retention_days, 30);
  EXPECT_FALSE(projects.update(made.id, {.retention_days = 0}, actor)->retention_days.has_value());
  EXPECT_EQ(code(projects.update(made.id, {.retention_days = 2}, actor)), Errc::kInvalidArgument);
  EXPECT_EQ(code(projects.update("nothing", {.name = "gamma"}, actor)), Errc::kNotFound);
}

// ---- roles ---------------------------------------------------------------------------------------------------------

TEST_F(ProjectsTest, TheLastOwnerStays) {
  EXPECT_EQ(code(give("ada@example.com", Role::kNone)), Errc::kForbidden);
  EXPECT_EQ(code(give("ada@example.com", Role::kAdmin)), Errc::kForbidden);
  EXPECT_EQ(role_of(ada), Role::kOwner);
  ASSERT_TRUE(give("bob@example.com", Role::kOwner).has_value());
  EXPECT_TRUE(give("ada@example.com", Role::kMember).has_value());
}

TEST_F(ProjectsTest, NobodyGrantsOrTakesARoleAboveTheirOwn) {
  EXPECT_EQ(code(give("bob@example.com", Role::kOwner, Role::kAdmin)), Errc::kForbidden);
  EXPECT_TRUE(give("bob@example.com", Role::kOwner).has_value());
  EXPECT_EQ(code(give("bob@example.com", Role::kNone, Role::kAdmin)), Errc::kForbidden);
  EXPECT_EQ(role_of(bob), Role::kOwner);
  const Project alpha = project("alpha");
  EXPECT_EQ(code(projects.set_role(alpha, bob, Role::kOwner, Role::kAdmin, actor)), Errc::kForbidden);
}

TEST_F(ProjectsTest, OnlyPeopleWithAnAccountGetARole) {
  EXPECT_EQ(code(give("nobody@example.com", Role::kMember)), Errc::kNotFound);
  EXPECT_EQ(code(give("no address", Role::kMember)), Errc::kInvalidArgument);
  const Project alpha = project("alpha");
  EXPECT_EQ(code(projects.set_role(alpha, bob, Role::kMember, Role::kOwner, actor)), Errc::kNotFound);
}

TEST_F(ProjectsTest, LeavingTheOrganizationEndsTheRolesInItsProjects) {
  const Project alpha = project("alpha");
  ASSERT_TRUE(give("bob@example.com", Role::kMember).has_value());
  ASSERT_TRUE(projects.set_role(alpha, bob, Role::kAdmin, Role::kOwner, actor).has_value());
  ASSERT_TRUE(give("bob@example.com", Role::kNone).has_value());
  EXPECT_TRUE(projects.members(alpha.id)->empty());
  ASSERT_TRUE(give("bob@example.com", Role::kViewer).has_value());
  EXPECT_EQ(organizations.visible_to(bob)->at(0).projects.at(0).role, Role::kViewer);
}

// ---- API keys ------------------------------------------------------------------------------------------------------

TEST_F(ProjectsTest, ANewKeyWorksAtOnceAndADeletedOneNoMore) {
  const Project alpha = project("alpha");
  const NewApiKey made = *keys.create(owner(alpha), {.name = "ci"}, actor);
  EXPECT_TRUE(made.key.public_key.starts_with("pk-lf-"));
  EXPECT_TRUE(made.secret_key.starts_with("sk-lf-"));
  EXPECT_EQ(made.key.display_secret, made.secret_key.substr(0, 6) + "..." + made.secret_key.substr(38));
  const auto request = with_key(made.key.public_key, made.secret_key);
  EXPECT_EQ(world.keys.authenticate(request)->project_id, alpha.id);
  ASSERT_TRUE(keys.remove(owner(alpha), made.key.id, actor).has_value());
  EXPECT_EQ(code(world.keys.authenticate(request)), Errc::kUnauthenticated);
}

TEST_F(ProjectsTest, TheSecretIsNowhereInTheStore) {
  const Project alpha = project("alpha");
  const NewApiKey made = *keys.create(owner(alpha), {}, actor);
  for (const char* table : {"api_keys", "audit_log"}) {
    const auto rows = world.database.run("SELECT * FROM " + std::string(table));
    for (std::size_t r = 0; r < rows->size(); ++r) {
      for (std::size_t c = 0; c < rows->names.size(); ++c) {
        EXPECT_FALSE(rows->text(r, c).contains(made.secret_key)) << table << "." << rows->names[c];
      }
    }
  }
}

TEST_F(ProjectsTest, AKeyIsDeletedThroughItsOwnProjectOnly) {
  const Project alpha = project("alpha"), beta = project("beta");
  const NewApiKey made = *keys.create(owner(alpha), {}, actor);
  EXPECT_EQ(code(keys.remove(owner(beta), made.key.id, actor)), Errc::kNotFound);
  EXPECT_TRUE(world.keys.authenticate(with_key(made.key.public_key, made.secret_key)).has_value());
  EXPECT_TRUE(keys.list(beta.id)->empty());
}

TEST_F(ProjectsTest, KeysOfTheOrganizationAndOfItsProjectsAreApart) {
  const Project alpha = project("alpha");
  const KeyOwner whole{.organization_id = org};
  const NewApiKey organization_key = *keys.create(whole, {.name = "provisioning"}, actor);
  const NewApiKey project_key = *keys.create(owner(alpha), {}, actor);
  EXPECT_EQ(keys.list_of_organization(org)->size(), 1U);
  EXPECT_EQ(keys.list(alpha.id)->size(), 1U);
  const auto who = world.keys.authenticate(with_key(organization_key.key.public_key, organization_key.secret_key));
  EXPECT_EQ(who->kind, domain::PrincipalKind::kOrganizationKey);
  EXPECT_EQ(who->organization_id, org);
  EXPECT_EQ(code(keys.remove(whole, project_key.key.id, actor)), Errc::kNotFound);
  EXPECT_EQ(code(keys.remove(owner(alpha), organization_key.key.id, actor)), Errc::kNotFound);
  ASSERT_TRUE(keys.remove(whole, organization_key.key.id, actor).has_value());
  EXPECT_TRUE(keys.list_of_organization(org)->empty());
}

TEST_F(ProjectsTest, KeysAreListedNewestFirst) {
  const Project alpha = project("alpha");
  for (const char* name : {"first", "second", "third"}) {
    ASSERT_TRUE(keys.create(owner(alpha), {.name = name}, actor).has_value());
    world.clock.advance(kSecond);
  }
  const auto list = *keys.list(alpha.id);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].name, "third");
  EXPECT_EQ(list[2].name, "first");
}

TEST_F(ProjectsTest, WishesForAKeyAreChecked) {
  const Project alpha = project("alpha");
  const auto refused = [&](const ApiKeyWish& wish) { return code(keys.create(owner(alpha), wish, actor)); };
  EXPECT_EQ(refused({.name = std::string(101, 'x')}), Errc::kInvalidArgument);
  EXPECT_EQ(refused({.expires_at = world.clock.now_us()}), Errc::kInvalidArgument);
  EXPECT_EQ(refused({.public_key = "pk-lf-1"}), Errc::kInvalidArgument);
  EXPECT_EQ(refused({.public_key = "pk-lf-1", .secret_key = "wrong"}), Errc::kInvalidArgument);
  EXPECT_EQ(refused({.public_key = "pk-lf-a:b", .secret_key = "sk-lf-1"}), Errc::kInvalidArgument);
  ASSERT_TRUE(keys.create(owner(alpha), {.public_key = "pk-lf-1", .secret_key = "sk-lf-1"}, actor).has_value());
  EXPECT_EQ(refused({.public_key = "pk-lf-1", .secret_key = "sk-lf-2"}), Errc::kConflict);
  EXPECT_EQ(refused({.public_key = "pk-lf-2", .secret_key = "sk-lf-1"}), Errc::kConflict);
}

TEST_F(ProjectsTest, EveryChangeLeavesOneAuditRowAndTheChainHolds) {
  const Project alpha = project("alpha");
  ASSERT_TRUE(projects.update(alpha.id, {.name = "gamma"}, actor).has_value());
  const NewApiKey made = *keys.create(owner(alpha), {}, actor);
  ASSERT_TRUE(keys.remove(owner(alpha), made.key.id, actor).has_value());
  ASSERT_TRUE(give("bob@example.com", Role::kMember).has_value());
  ASSERT_TRUE(give("bob@example.com", Role::kNone).has_value());
  EXPECT_EQ(audited("organization", "create"), 1);
  EXPECT_EQ(audited("project", "create"), 1);
  EXPECT_EQ(audited("project", "update"), 1);
  EXPECT_EQ(audited("apiKey", "create"), 1);
  EXPECT_EQ(audited("apiKey", "delete"), 1);
  EXPECT_EQ(audited("orgMembership", "create"), 1);
  EXPECT_EQ(audited("orgMembership", "delete"), 1);
  EXPECT_FALSE(auth::verify_audit(world.database)->first_bad.has_value());
}

// The chain makes writers wait for each other; nobody is turned away for it.
TEST_F(ProjectsTest, ChangesAtTheSameTimeAllSucceedAndTheChainHolds) {
  const Project alpha = project("alpha");
  constexpr std::size_t kThreads = 6, kRounds = 15;
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < kRounds; ++i) {
        const auto made = keys.create(owner(alpha), {}, actor);
        EXPECT_TRUE(made.has_value()) << made.error().message;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(keys.list(alpha.id)->size(), kThreads * kRounds);
  EXPECT_EQ(audited("apiKey", "create"), static_cast<std::int64_t>(kThreads * kRounds));
  EXPECT_FALSE(auth::verify_audit(world.database)->first_bad.has_value());
}

// ---- headless initialisation ---------------------------------------------------------------------------------------

class Provisioning : public ProjectsTest {
 protected:
  Provision all() {
    return {.organization_id = "acme",
            .organization_name = "Acme",
            .project_id = "support",
            .project_name = "Support bot",
            .public_key = "pk-lf-1234567890",
            .secret_key = "sk-lf-1234567890",
            .user_email = "Ops@example.com",
            .user_password = "short",
            .user_name = "Ops"};
  }
  Result<ProvisionReport> run(const Provision& wanted) {
    return provision(world.database, world.clock, world.keys.hasher(), world.hasher, wanted);
  }
  std::int64_t count(const std::string& table) {
    return world.database.run("SELECT count(*) FROM " + table)->integer(0, 0);
  }
};

TEST_F(Provisioning, MakesEverythingOnceAndKeepsWhatPeopleChangedSince) {
  const auto first = run(all());
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->created.size(), 5U);
  EXPECT_TRUE(first->problems.empty());
  EXPECT_EQ(world.keys.authenticate(with_key("pk-lf-1234567890", "sk-lf-1234567890"))->project_id, "support");
  ASSERT_TRUE(world.accounts.sign_in("ops@example.com", "short", actor)->user.has_value());

  ASSERT_TRUE(projects.update("support", {.name = "Renamed"}, actor).has_value());
  Provision again = all();
  again.user_password = "another";
  const auto second = run(again);
  ASSERT_TRUE(second.has_value()) << second.error().message;
  EXPECT_TRUE(second->created.empty());
  EXPECT_EQ(second->unchanged.size(), 4U);
  EXPECT_EQ(projects.get("support")->name, "Renamed");
  EXPECT_FALSE(world.accounts.sign_in("ops@example.com", "another", actor)->user.has_value());
}

TEST_F(Provisioning, NamesHaveDefaults) {
  ASSERT_TRUE(run({.organization_id = "acme", .project_id = "support"}).has_value());
  EXPECT_EQ(projects.get("support")->name, "Provisioned Project");
  EXPECT_EQ(projects.get("support")->organization_name, "Provisioned Org");
}

TEST_F(Provisioning, WithoutTheOrganizationNothingHappens) {
  const std::int64_t before = count("organizations");
  Provision wanted = all();
  wanted.organization_id.reset();
  const auto report = run(wanted);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->problems.size(), 1U);
  EXPECT_EQ(count("organizations"), before);
  EXPECT_TRUE(run({})->problems.empty()) << "nothing asked, nothing to complain about";
}

TEST_F(Provisioning, HalfAPairIsSkippedAndReported) {
  Provision wanted = all();
  wanted.secret_key.reset();
  wanted.user_password.reset();
  const auto report = run(wanted);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->problems.size(), 2U);
  EXPECT_EQ(count("api_keys"), 0);
  EXPECT_EQ(projects.get("support")->name, "Support bot");
}

TEST_F(Provisioning, AKeyOfAnotherProjectIsMovedWithItsSecretAndRefusedWithAnother) {
  ASSERT_TRUE(run(all()).has_value());
  Provision moved = all();
  moved.project_id = "second";
  moved.project_name = "Second bot";
  ASSERT_TRUE(run(moved).has_value());
  EXPECT_EQ(world.keys.authenticate(with_key("pk-lf-1234567890", "sk-lf-1234567890"))->project_id, "second");
  EXPECT_EQ(count("api_keys"), 1);

  Provision other = all();
  other.secret_key = "sk-lf-somebody-elses";
  const auto refused = run(other);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  EXPECT_FALSE(refused.error().message.contains("sk-lf")) << "a secret in an error text";
}

TEST_F(Provisioning, AFailureLeavesNothingHalfDone) {
  ASSERT_TRUE(run(all()).has_value());
  Provision broken = all();
  broken.organization_id = "globex";
  EXPECT_EQ(code(run(broken)), Errc::kConflict) << "the project belongs to acme";
  EXPECT_TRUE(world.database.run("SELECT 1 FROM organizations WHERE id = 'globex'")->empty());
}

TEST_F(Provisioning, AnExistingUserBecomesOwnerOfANewOrganization) {
  Provision wanted = all();
  wanted.user_email = "bob@example.com";
  ASSERT_TRUE(run(wanted).has_value());
  EXPECT_EQ(organizations.visible_to(bob)->at(0).role, Role::kOwner);
}

TEST_F(Provisioning, SeveralProcessesMayStartAtOnce) {
  std::vector<std::jthread> processes;
  std::atomic<std::size_t> created = 0;
  for (int i = 0; i < 4; ++i) {
    processes.emplace_back([&] {
      const auto report = run(all());
      ASSERT_TRUE(report.has_value()) << report.error().message;
      created += report->created.size();
    });
  }
  processes.clear();
  EXPECT_EQ(created, 5U);
}

}  // namespace
}  // namespace clew::projects
