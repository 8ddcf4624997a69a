// Who a bucket without an access key is opened as, and what is asked of the store that encrypts.
#include "blob/s3_credentials.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

#include "blob/s3_store.h"
#include "blob/testing.h"

namespace clew::blob {
namespace {

constexpr std::int64_t kMinute = 60'000'000;

class Credentials : public ::testing::Test {
 protected:
  Credentials()
      : token_file_(std::filesystem::path(::testing::TempDir()) / ("clew-token-" + std::to_string(::getpid()))) {
    write_token("token\n");
  }
  ~Credentials() override { std::filesystem::remove(token_file_); }
  void SetUp() override { ASSERT_NE(s3_.port(), 0) << "python3 is needed for the S3 double"; }

  void write_token(std::string_view token) const { std::ofstream(token_file_) << token; }
  AwsSettings by_web_identity() const {
    return {.role_arn = "arn:aws:iam::1:role/clew",
            .web_identity_token_file = token_file_,
            .sts_endpoint = s3_.endpoint() + "/_sts"};
  }
  AwsSettings by_machine() const { return {.metadata_endpoint = s3_.endpoint() + "/_metadata"}; }
  static std::string session(CredentialChain& chain) {
    const auto credentials = chain.get();
    return credentials ? credentials->session_token : credentials.error().message;
  }

  const testing::S3Double s3_;
  const std::filesystem::path token_file_;
  FakeClock clock_{SystemClock().now_us()};
};

TEST_F(Credentials, TheEnvironmentComesFirst) {
  AwsSettings settings = by_web_identity();
  settings.credentials = {.access_key_id = "AKIA", .secret_access_key = "s", .session_token = "given"};
  CredentialChain chain(settings, clock_);
  EXPECT_EQ(session(chain), "given");
}

TEST_F(Credentials, AWebIdentityGoesBeforeTheMachine) {
  AwsSettings settings = by_web_identity();
  settings.metadata_endpoint = "http://127.0.0.1:1";
  CredentialChain chain(settings, clock_);
  EXPECT_EQ(session(chain), "issued-1");
}

TEST_F(Credentials, TheMachineIsAskedWithItsOwnToken) {
  CredentialChain chain(by_machine(), clock_);
  EXPECT_EQ(session(chain), "issued-1");
}

TEST_F(Credentials, AreKeptUntilFiveMinutesBeforeTheirEnd) {
  CredentialChain chain(by_web_identity(), clock_);
  EXPECT_EQ(session(chain), "issued-1");
  clock_.advance(54 * kMinute);
  EXPECT_EQ(session(chain), "issued-1");
  clock_.advance(2 * kMinute);
  EXPECT_EQ(session(chain), "issued-2") << "the token file is read again, the role taken anew";
}

TEST_F(Credentials, WhatIsStillValidServesWhileNobodyGivesNewOnes) {
  CredentialChain chain(by_web_identity(), clock_);
  EXPECT_EQ(session(chain), "issued-1");
  write_token("revoked");
  clock_.advance(56 * kMinute);
  EXPECT_EQ(session(chain), "issued-1");
  clock_.advance(5 * kMinute);
  const auto refused = chain.get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kForbidden);
  EXPECT_TRUE(refused.error().message.contains("InvalidIdentityToken")) << refused.error().message;
}

TEST_F(Credentials, NothingToAskIsForbiddenAndNobodyThereUnavailable) {
  EXPECT_EQ(CredentialChain({}, clock_).get().error().code, Errc::kForbidden);
  EXPECT_EQ(CredentialChain({.metadata_endpoint = "http://127.0.0.1:1"}, clock_).get().error().code,
            Errc::kUnavailable);
}

TEST_F(Credentials, OpenABucketAndSignItsLinks) {
  auto chain = std::make_shared<CredentialChain>(by_machine(), clock_);
  const auto store = S3Store::create({.endpoint = s3_.endpoint(),
                                      .bucket = "clew",
                                      .credential_source = [chain] { return chain->get(); },
                                      .path_style = true},
                                     clock_);
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->put("a", "bytes", "text/plain"));
  EXPECT_EQ((*store)->get("a").value_or(""), "bytes");
  const auto link = (*store)->presign("GET", "a", std::chrono::seconds(60));
  ASSERT_TRUE(link);
  EXPECT_TRUE(link->contains("X-Amz-Security-Token=issued-1")) << *link;
  EXPECT_EQ(net::HttpClient().send({.url = *link})->body, "bytes");
}

TEST_F(Credentials, EncryptionIsAskedForWhateverTheSize) {
  const auto store = S3Store::create({.endpoint = s3_.endpoint(),
                                      .bucket = "clew",
                                      .credentials = {.access_key_id = "clew", .secret_access_key = "clewsecret"},
                                      .path_style = true,
                                      .encryption = "aws:kms",
                                      .encryption_key_id = "key-7",
                                      .part_bytes = 10},
                                     clock_);
  ASSERT_TRUE(store);
  for (const std::string_view bytes : {"small", "more than ten bytes, in parts"}) {
    ASSERT_TRUE((*store)->put("e", bytes, "text/plain"));
    const auto link = (*store)->presign("GET", "e", std::chrono::seconds(60));
    const auto answer = net::HttpClient().send({.url = *link});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("x-amz-server-side-encryption"), "aws:kms key-7") << bytes;
    EXPECT_EQ(answer->body, bytes);
  }
}

}  // namespace
}  // namespace clew::blob
