#include "blob/s3_store.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "blob/s3_signature.h"
#include "blob/testing.h"

namespace clew::blob {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The examples of the AWS documentation, "Signature Calculations" for S3.
const S3Credentials kExample = {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                .secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
constexpr TimeUs kExampleTime = 1'369'353'600'000'000;  // 2013-05-24T00:00:00Z

std::string signature_of(SignedRequest request) {
  sign(request, kExample, {}, kExampleTime);
  const std::string& authorization = request.headers.back().second;
  return authorization.substr(authorization.rfind('=') + 1);
}

TEST(S3SignatureTest, MatchesThePublishedExamples) {
  const std::string empty = sha256_hex("");
  EXPECT_EQ(signature_of({.method = "GET",
                          .path = "/test.txt",
                          .headers = {{"host", "examplebucket.s3.amazonaws.com"}, {"range", "bytes=0-9"}},
                          .payload_hash = empty}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(signature_of({.method = "PUT",
                          .path = "/test$file.text",
                          .headers = {{"host", "examplebucket.s3.amazonaws.com"},
                                      {"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                      {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                          .payload_hash = sha256_hex("Welcome to Amazon S3.")}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(signature_of({.method = "GET",
                          .path = "/",
                          .query = {{"prefix", "J"}, {"max-keys", "2"}},
                          .headers = {{"host", "examplebucket.s3.amazonaws.com"}},
                          .payload_hash = empty}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(S3SignatureTest, LinksMatchThePublishedExample) {
  const std::string query =
      presigned_query({.method = "GET", .path = "/test.txt", .headers = {{"host", "examplebucket.s3.amazonaws.com"}}},
                      kExample, {}, kExampleTime, seconds(86'400));
  EXPECT_TRUE(query.ends_with("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
}

class S3StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(s3_.port(), 0) << "python3 is needed for the S3 double"; }

  S3Options options() const {
    return {.endpoint = s3_.endpoint(),
            .bucket = "clew",
            .prefix = "media/",
            .credentials = {.access_key_id = "clew", .secret_access_key = "clewsecret"},
            .path_style = true,
            .attempts_max = 3,
            .retry_base = milliseconds(1)};
  }
  std::unique_ptr<S3Store> store(S3Options options) {
    auto created = S3Store::create(std::move(options), clock_);
    EXPECT_TRUE(created);
    return *std::move(created);
  }
  int status_of(const std::string& method, const std::string& url, std::string_view body = {},
                NameValues headers = {}) {
    net::HttpClient client;
    const auto answer = client.send({.method = method, .url = url, .headers = std::move(headers), .body = body});
    return answer ? answer->status : 0;
  }

  const testing::S3Double s3_;
  const SystemClock clock_;
};

TEST_F(S3StoreTest, WrongCredentialsAreForbidden) {
  S3Options wrong = options();
  wrong.credentials.secret_access_key = "other";
  const Result<> result = store(wrong)->put("a", "x", "text/plain");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kForbidden);
  EXPECT_NE(result.error().message.find("SignatureDoesNotMatch"), std::string::npos);
}

TEST_F(S3StoreTest, TransientFailuresAreRepeatedAndThenReported) {
  const auto s3 = store(options());
  for (const int status : {503, 500, 0}) {
    s3_.fail_next(2, status);
    EXPECT_TRUE(s3->put("a", "x", "text/plain")) << status;
  }
  s3_.fail_next(3, 503);
  const auto result = s3->get("a");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kOverloaded);
}

TEST_F(S3StoreTest, AFailedPartAbandonsTheUpload) {
  S3Options in_parts = options();
  in_parts.part_bytes = 10;
  in_parts.attempts_max = 1;
  const auto s3 = store(in_parts);
  ASSERT_TRUE(s3->put("whole", "0123456789abcdefghijklm", "text/plain"));
  EXPECT_EQ(s3->get("whole").value_or(""), "0123456789abcdefghijklm");
  s3_.fail_next(1, 500);
  EXPECT_FALSE(s3->put("broken", "0123456789abcdefghijklm", "text/plain"));
  EXPECT_EQ(s3->get("broken").error().code, Errc::kNotFound);
}

TEST_F(S3StoreTest, LinksWorkAsSignedAndNotOtherwise) {
  const auto s3 = store(options());
  const NameValues headers = {{"content-type", "image/png"}};
  const auto put = s3->presign("PUT", "a b/é.png", seconds(60), headers);
  ASSERT_TRUE(put);
  EXPECT_EQ(status_of("PUT", *put, "bytes", {{"content-type", "text/html"}}), 403);
  EXPECT_EQ(status_of("PUT", *put, "bytes", headers), 200);
  EXPECT_EQ(s3->get("a b/é.png").value_or(""), "bytes");
  const auto get = s3->presign("GET", "a b/é.png", seconds(60));
  ASSERT_TRUE(get);
  EXPECT_EQ(status_of("GET", *get), 200);
  EXPECT_EQ(status_of("GET", *get + "0"), 403);
  EXPECT_EQ(status_of("DELETE", *get), 403);
  const auto expired = s3->presign("GET", "a b/é.png", seconds(-1));
  ASSERT_TRUE(expired);
  EXPECT_EQ(status_of("GET", *expired), 403);
}

TEST_F(S3StoreTest, LinksNameTheExternalEndpoint) {
  S3Options external = options();
  external.external_endpoint = "https://files.example";
  external.path_style = false;
  const auto link = store(external)->presign("GET", "a", seconds(60));
  ASSERT_TRUE(link);
  EXPECT_TRUE(link->starts_with("https://clew.files.example/media/a?X-Amz-Algorithm=")) << *link;
}

TEST_F(S3StoreTest, AnEndpointMustBeAHost) {
  for (const char* endpoint : {"minio:9000", "http://", "http://host/path"}) {
    S3Options bad = options();
    bad.endpoint = endpoint;
    const auto created = S3Store::create(std::move(bad), clock_);
    ASSERT_FALSE(created) << endpoint;
    EXPECT_EQ(created.error().code, Errc::kInvalidArgument);
  }
}

TEST_F(S3StoreTest, AStoreThatIsAwayIsUnavailable) {
  S3Options away = options();
  away.endpoint = "http://127.0.0.1:1";
  away.attempts_max = 1;
  const auto result = store(away)->get("a");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kUnavailable);
}

}  // namespace
}  // namespace clew::blob
