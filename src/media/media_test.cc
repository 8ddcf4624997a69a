#include <gtest/gtest.h>

#include "auth/testing.h"
#include "blob/file_store.h"
#include "media/content_type.h"
#include "media/media_library.h"

namespace clew::media {
namespace {

constexpr std::string_view kHello = "hello world";
constexpr std::string_view kHelloHash = "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=";
constexpr std::string_view kHelloId = "uU0nuZNNPgilLlLX2n2r-s";

class MediaTest : public ::testing::Test {
 protected:
  MediaTest() {
    world.organization("org");
    world.project("p", "org");
    world.project("other", "org");
  }

  Announcement hello(std::string type = "text/plain") {
    return {.content_type = std::move(type),
            .content_length = kHello.size(),
            .sha256 = std::string(kHelloHash),
            .usage = {.trace_id = "t", .field = "input"}};
  }
  std::string announced(const std::string& project, const Announcement& announcement) {
    auto ticket = library.announce(project, announcement);
    CLEW_ASSERT(ticket.has_value(), ticket.error().message.c_str());
    return ticket->upload_url.value_or("");
  }
  static std::string parameter(const std::string& url, std::string_view name) {
    return std::string(http::Query(url.substr(url.find('?') + 1)).find(name).value_or(""));
  }
  static ContentLink link_of(const std::string& url) {
    const std::string rest = url.substr(url.find("/media/") + 7);
    return {.project_id = parameter(url, "project"),
            .media_id = rest.substr(0, rest.find('/')),
            .expires_at = std::stoll(parameter(url, "expires")) * 1'000'000,
            .content_type = parameter(url, "type"),
            .content_length = parameter(url, "length").empty() ? 0 : std::stoull(parameter(url, "length")),
            .sha256 = parameter(url, "sha256")};
  }
  Result<> put(const std::string& url, std::string_view bytes = kHello, std::string_view type = "text/plain") {
    return library.receive(link_of(url), parameter(url, "signature"), type, bytes);
  }
  void upload(const std::string& project, const Announcement& announcement) {
    const std::string url = announced(project, announcement);
    CLEW_ASSERT(put(url, kHello, announcement.content_type).has_value(), "upload");
    CLEW_ASSERT(library.report(project, std::string(kHelloId), {.uploaded_at = 5, .status = 200}).has_value(),
                "report");
  }
  std::string download_url(const std::string& project) {
    const auto file = library.get(project, std::string(kHelloId));
    CLEW_ASSERT(file.has_value(), "no such file");
    return library.download_url(project, *file)->url;
  }
  Result<Content> open(const std::string& url) { return library.open(link_of(url), parameter(url, "signature")); }
  template <class T>
  static Errc code(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result ? Errc::kInternal : result.error().code;
  }

  auth::testing::World world;
  meta::testing::TemporaryFolder folder;
  std::unique_ptr<blob::FileStore> blobs = *blob::FileStore::open(folder.path() / "media");
  MediaOptions options{.public_url = "https://clew.example", .bytes_max = 100, .presign = {}};
  MediaLibrary library{world.database, *blobs, LinkSigner("secret"), world.clock, options};
};

TEST_F(MediaTest, IdsAreDerivedFromTheHashAsSdksDo) {
  EXPECT_EQ(media_id_of(kHelloHash), kHelloId);
  EXPECT_EQ(media_id_of("short"), std::nullopt);
  EXPECT_EQ(media_id_of(std::string(44, 'A')), std::nullopt);  // 33 bytes
}

TEST_F(MediaTest, WhatWasUploadedIsHandedOut) {
  upload("p", hello());
  const auto content = open(download_url("p"));
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_EQ(content->bytes, kHello);
  EXPECT_EQ(content->content_type, "text/plain");
  EXPECT_EQ(library.get("p", std::string(kHelloId))->uploaded_at, 5);
}

TEST_F(MediaTest, AFileThatIsThereNeedsNoUpload) {
  upload("p", hello());
  EXPECT_EQ(library.announce("p", hello())->upload_url, std::nullopt);
}

TEST_F(MediaTest, AnotherTypeIsUploadedAgainAndReplacesTheOld) {
  upload("p", hello());
  EXPECT_NE(announced("p", hello("text/markdown")), "");
  EXPECT_EQ(code(library.get("p", std::string(kHelloId))), Errc::kNotFound);
  upload("p", hello("text/markdown"));
  EXPECT_EQ(open(download_url("p"))->content_type, "text/markdown");
}

TEST_F(MediaTest, NothingIsThereBeforeASuccessIsReported) {
  const std::string url = announced("p", hello());
  ASSERT_TRUE(put(url));
  EXPECT_EQ(code(library.get("p", std::string(kHelloId))), Errc::kNotFound);
  ASSERT_TRUE(
      library.report("p", std::string(kHelloId), {.uploaded_at = 5, .status = 500, .error = std::string("no\0!", 4)}));
  EXPECT_EQ(code(library.get("p", std::string(kHelloId))), Errc::kNotFound);
  ASSERT_TRUE(library.report("p", std::string(kHelloId), {.uploaded_at = 6, .status = 201}));
  EXPECT_TRUE(library.get("p", std::string(kHelloId)));
}

TEST_F(MediaTest, AReportWithoutAnUploadIsBelievedUntilSomebodyUploadsAgain) {
  announced("p", hello());
  ASSERT_TRUE(library.report("p", std::string(kHelloId), {.uploaded_at = 5, .status = 200}));
  EXPECT_TRUE(library.get("p", std::string(kHelloId)));
  EXPECT_NE(announced("p", hello()), "");
}

TEST_F(MediaTest, OtherBytesTypesAndLengthsAreRefused) {
  const std::string url = announced("p", hello());
  EXPECT_EQ(code(put(url, "hello_world")), Errc::kInvalidArgument);
  EXPECT_EQ(code(put(url, "hello world!")), Errc::kForbidden);
  EXPECT_EQ(code(put(url, kHello, "text/html")), Errc::kForbidden);
  EXPECT_EQ(code(put(url, kHello, "")), Errc::kForbidden);
}

TEST_F(MediaTest, AChangedLinkIsWorthNothing) {
  const std::string url = announced("p", hello());
  const std::string signature = parameter(url, "signature");
  const auto refused = [&](auto change) {
    ContentLink link = link_of(url);
    change(link);
    return code(library.receive(link, signature, link.content_type, kHello)) == Errc::kForbidden;
  };
  EXPECT_TRUE(refused([](ContentLink& link) { link.project_id = "other"; }));
  EXPECT_TRUE(refused([](ContentLink& link) { link.media_id = "x"; }));
  EXPECT_TRUE(refused([](ContentLink& link) { link.content_type = "text/html"; }));
  EXPECT_TRUE(refused([](ContentLink& link) { link.expires_at += 1'000'000; }));
  EXPECT_TRUE(refused([](ContentLink& link) { link.content_length += 1; }));
  EXPECT_TRUE(refused([](ContentLink& link) { link.sha256 = ""; }));
  ContentLink download{.project_id = "p", .media_id = std::string(kHelloId), .expires_at = link_of(url).expires_at};
  EXPECT_EQ(code(library.open(download, signature)), Errc::kForbidden);
}

TEST_F(MediaTest, LinksExpire) {
  const std::string url = announced("p", hello());
  world.clock.advance(3'601LL * 1'000'000);
  EXPECT_EQ(code(put(url)), Errc::kForbidden);
  upload("p", hello());
  const std::string download = download_url("p");
  world.clock.advance(3'601LL * 1'000'000);
  EXPECT_EQ(code(open(download)), Errc::kForbidden);
}

TEST_F(MediaTest, FilesOfAnotherProjectDoNotExist) {
  upload("other", hello());
  EXPECT_EQ(code(library.get("p", std::string(kHelloId))), Errc::kNotFound);
  EXPECT_EQ(code(library.report("p", std::string(kHelloId), {.uploaded_at = 1, .status = 200})), Errc::kNotFound);
  EXPECT_NE(announced("p", hello()), "");  // no sign that somebody else has it
}

TEST_F(MediaTest, InvalidAnnouncementsAreRefused) {
  const auto refused = [&](auto change) {
    Announcement wish = hello();
    change(wish);
    return code(library.announce("p", wish)) == Errc::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](Announcement& wish) { wish.content_type = "text/x-evil"; }));
  EXPECT_TRUE(refused([](Announcement& wish) { wish.content_length = 101; }));
  EXPECT_TRUE(refused([](Announcement& wish) { wish.content_length = 0; }));
  EXPECT_TRUE(refused([](Announcement& wish) { wish.sha256 = "abc"; }));
  EXPECT_TRUE(refused([](Announcement& wish) { wish.usage.field = "expectedOutput"; }));
  EXPECT_TRUE(refused([](Announcement& wish) { wish.usage.trace_id = ""; }));
  EXPECT_TRUE(refused([](Announcement& wish) { wish.usage.dataset_id = "d"; }));
  EXPECT_TRUE(refused([](Announcement& wish) { wish.usage = {.dataset_id = "d", .field = "input"}; }));
  EXPECT_TRUE(library.announce("p", {.content_type = "image/png",
                                     .content_length = 11,
                                     .sha256 = std::string(kHelloHash),
                                     .usage = {.dataset_id = "d", .dataset_item_id = "i", .field = "expectedOutput"}}));
}

TEST_F(MediaTest, PartsOfAFile) {
  upload("p", hello());
  const std::string url = download_url("p");
  const auto part = library.open(link_of(url), parameter(url, "signature"), 6, 3);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->bytes, "wor");
  EXPECT_EQ(part->total, kHello.size());
  EXPECT_EQ(code(library.open(link_of(url), parameter(url, "signature"), 11)), Errc::kUnsupported);
}

TEST_F(MediaTest, KeepingTheSameBytesTwiceKeepsThemOnce) {
  const Usage usage{.trace_id = "t", .observation_id = "o", .field = "output"};
  EXPECT_EQ(*library.keep("p", "text/plain", kHello, usage), kHelloId);
  EXPECT_EQ(*library.keep("p", "text/plain", kHello, usage), kHelloId);
  EXPECT_EQ(open(download_url("p"))->bytes, kHello);
  EXPECT_EQ(world.database.run("SELECT count(*) FROM media_links")->integer(0, 0), 1);
  EXPECT_FALSE(library.keep("p", "text/x-evil", kHello, usage));
}

TEST_F(MediaTest, ProjectIdsOfAnyTextMakeValidKeys) {
  world.project("a/../b c", "org");
  upload("a/../b c", hello());
  EXPECT_EQ(open(download_url("a/../b c"))->bytes, kHello);
}

TEST(ContentType, OnlyWhatCannotRunIsShownInPlace) {
  for (const char* type : {"image/png", "audio/mpeg", "video/mp4"})
    EXPECT_TRUE(is_shown_inline(type)) << type;
  for (const char* type : {"image/svg+xml", "text/html", "application/xml", "application/javascript", "application/pdf",
                           "text/plain", "application/octet-stream", "unknown/type"})
    EXPECT_FALSE(is_shown_inline(type)) << type;
}

}  // namespace
}  // namespace clew::media
