#include <latch>

#include <gtest/gtest.h>
#include <zstd.h>

#include "http/compression.h"
#include "http/internal/chunked_decoder.h"
#include "http/message.h"
#include "http/remote_address.h"
#include "http/thread_pool.h"

namespace clew::http {
namespace {

TEST(HeadersTest, UnderscoreEqualsHyphenAndCaseDoesNotMatter) {
  Headers headers;
  headers.add("x_langfuse_sdk_name", "python");
  EXPECT_EQ(headers.get("X-Langfuse-Sdk-Name"), "python");
  EXPECT_FALSE(headers.find("x-langfuse-sdk"));
  headers.set("X-Langfuse-SDK-Name", "js");
  EXPECT_EQ(headers.get("x_langfuse_sdk_name"), "js");
  EXPECT_EQ(headers.items().size(), 1U);
}

TEST(QueryTest, KeepsOrderRepetitionAndEmptyValues) {
  const Query query("tags=a&tags=b+c&empty=&flag&x=%C3%A9%2B&broken=%zz");
  EXPECT_EQ(query.all("tags"), (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(query.find("empty"), "");
  EXPECT_EQ(query.find("flag"), "");
  EXPECT_EQ(query.find("x"), "é+");
  EXPECT_EQ(query.find("broken"), "%zz");
  EXPECT_FALSE(query.find("absent"));
}

TEST(CookieTest, IsFoundByExactName) {
  Request request;
  request.headers.add("Cookie", "a=1; xclew_session=no; clew_session=abc==; b=\"q\"");
  EXPECT_EQ(request.cookie("clew_session"), "abc==");
  EXPECT_EQ(request.cookie("b"), "q");
  EXPECT_FALSE(request.cookie("session"));
}

std::string compress_zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string compress_zlib(std::string_view text) {  // zlib framing around the deflate data of gzip()
  const std::string member = gzip(text, 6);
  std::string out = "\x78\x9c" + member.substr(10, member.size() - 18);
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char c : text) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  for (const std::uint32_t part : {b >> 8, b & 0xFF, a >> 8, a & 0xFF})
    out += static_cast<char>(part);
  return out;
}

Result<std::string> decompress(ContentCoding coding, std::string_view input, std::size_t step) {
  const auto decompressor = Decompressor::create(coding, {.bytes_max = 10'000'000}, nullptr);
  std::string out;
  for (std::size_t i = 0; i < input.size(); i += step) {
    CLEW_CHECK(decompressor->write(input.substr(i, step), out));
  }
  CLEW_CHECK(decompressor->finish());
  return out;
}

struct CodingCase {
  const char* name;
  ContentCoding coding;
  std::string (*compress)(std::string_view);
};
class CodingTest : public ::testing::TestWithParam<CodingCase> {};

TEST_P(CodingTest, GivesBackTheTextInAnyPieces) {
  std::string text;
  for (int i = 0; i < 40'000; ++i)
    text += "line " + std::to_string(i * 7919 % 10'007) + "\n";
  const std::string packed = GetParam().compress(text);
  for (const std::size_t step : {std::size_t{1}, std::size_t{1000}, packed.size()}) {
    const auto out = decompress(GetParam().coding, packed, step);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(*out, text);
  }
}

TEST_P(CodingTest, RefusesTruncatedAndDamagedInput) {
  const std::string packed = GetParam().compress(std::string(50'000, 'a') + "end");
  EXPECT_FALSE(decompress(GetParam().coding, std::string_view(packed).substr(0, packed.size() - 2), 7));
  EXPECT_FALSE(decompress(GetParam().coding, "", 1));
  EXPECT_FALSE(decompress(GetParam().coding, packed + "trailing garbage", 7));
}

INSTANTIATE_TEST_SUITE_P(Codings, CodingTest,
                         ::testing::Values(CodingCase{"Gzip", ContentCoding::kGzip,
                                                      [](std::string_view t) { return gzip(t, 6); }},
                                           CodingCase{"Zlib", ContentCoding::kDeflate, compress_zlib},
                                           CodingCase{"Zstd", ContentCoding::kZstd, compress_zstd}),
                         [](const auto& info) { return info.param.name; });

TEST(DeflateTest, RawDeflateIsUnderstoodToo) {
  const std::string member = gzip("hello hello hello", 6);
  const auto out = decompress(ContentCoding::kDeflate, std::string_view(member).substr(10, member.size() - 18), 3);
  ASSERT_TRUE(out);
  EXPECT_EQ(*out, "hello hello hello");
}

TEST(GzipTest, SeveralMembersAreOneBody) {
  const auto out = decompress(ContentCoding::kGzip, gzip("one ", 6) + gzip("two", 6), 5);
  ASSERT_TRUE(out);
  EXPECT_EQ(*out, "one two");
}

TEST(ZstdTest, AWindowOverEightMebibytesIsRefused) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, 27);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  std::string out(1024, '\0');
  ZSTD_inBuffer in{"abc", 3, 0};
  ZSTD_outBuffer block{out.data(), out.size(), 0};
  ZSTD_compressStream2(context.get(), &block, &in, ZSTD_e_flush);
  in = {"def", 3, 0};
  ZSTD_compressStream2(context.get(), &block, &in, ZSTD_e_end);
  EXPECT_FALSE(decompress(ContentCoding::kZstd, std::string_view(out).substr(0, block.pos), 1024));
}

TEST(BombTest, StopsAtTheRatioBeforeTheSize) {
  std::string zeros;
  zeros.resize(100'000'000);
  const std::string bomb = gzip(zeros, 9);
  const auto decompressor = Decompressor::create(
      ContentCoding::kGzip, {.bytes_max = 1'000'000'000, .ratio_max = 200, .ratio_free_bytes = 1'000'000}, nullptr);
  std::string out;
  const Result<> written = decompressor->write(bomb, out);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::kTooLarge);
  EXPECT_LE(out.size(), bomb.size() * 200 + 1'000'000);
}

// The body, or null when it is malformed or incomplete; `rest` gets what follows the message.
std::optional<std::string> decode_chunks(std::string_view bytes, std::size_t step, std::string* rest = nullptr) {
  ChunkedDecoder decoder;
  std::string body;
  while (!bytes.empty() && !decoder.is_done() && !decoder.is_bad()) {
    std::string_view data;
    bytes.remove_prefix(decoder.feed(bytes.substr(0, step), data));
    body += data;
  }
  if (rest != nullptr) *rest = bytes;
  if (!decoder.is_done()) return std::nullopt;
  return body;
}

TEST(ChunkedTest, IsReadInAnyPieces) {
  const std::string_view text =
      "4\r\nWiki\r\n6;a=b\r\npedia \r\n0E\r\nin \r\n\r\nchunks.\r\n0\r\nTrailer: x\r\n\r\nGET";
  for (const std::size_t step : {1U, 2U, 3U, 7U, 100U}) {
    std::string rest;
    EXPECT_EQ(decode_chunks(text, step, &rest), "Wikipedia in \r\n\r\nchunks.") << step;
    EXPECT_EQ(rest, "GET");
  }
}

TEST(ChunkedTest, WhatTwoReadersCouldReadDifferentlyIsRefused) {
  for (const std::string& bad :
       {std::string("3\nabc\n0\n\n"), std::string("3\r\nabcd\r\n0\r\n\r\n"), std::string("\r\n0\r\n\r\n"),
        std::string("0x3\r\nabc\r\n0\r\n\r\n"), std::string("-1\r\n\r\n"), std::string(" 3\r\nabc\r\n0\r\n\r\n"),
        std::string("3;\nabc\r\n0\r\n\r\n"), std::string("1234567890abcdef0\r\n"), std::string("3\r\nabc0\r\n\r\n"),
        "3;" + std::string(2000, 'x') + "\r\nabc\r\n0\r\n\r\n", "0\r\n" + std::string(9000, 'x') + "\r\n\r\n"}) {
    EXPECT_FALSE(decode_chunks(bad, 1)) << bad.substr(0, 20);
    EXPECT_FALSE(decode_chunks(bad, bad.size())) << bad.substr(0, 20);
  }
}

TEST(ProxyListTest, MatchesBlocksOfBothFamilies) {
  const auto list = ProxyList::parse({"10.0.0.0/9", "fd00::/8", "192.0.2.7"});
  ASSERT_TRUE(list);
  const auto contains = [&](const char* text) { return list->contains(parse_ip(text).value()); };
  EXPECT_TRUE(contains("10.127.0.1"));
  EXPECT_FALSE(contains("10.128.0.1"));
  EXPECT_TRUE(contains("fd12::1"));
  EXPECT_TRUE(contains("192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.8"));
  EXPECT_TRUE(contains("::ffff:10.0.0.1"));
  EXPECT_FALSE(ProxyList::parse({"10.0.0.0/33"}));
  EXPECT_FALSE(ProxyList::parse({"proxy.local"}));
}

TEST(ThreadPoolTest, RefusesWhenTheQueueIsFullAndFinishesWhatItTook) {
  std::latch started(1);
  std::latch release(1);
  int done = 0;
  ThreadPool pool({.threads = 1, .queue_max = 1});
  ThreadPool::Task blocking = [&] {
    started.count_down();
    release.wait();
    ++done;
  };
  ASSERT_TRUE(pool.try_submit(blocking));
  started.wait();
  ThreadPool::Task queued = [&] { ++done; };
  ASSERT_TRUE(pool.try_submit(queued));
  ThreadPool::Task refused = [&] { done += 100; };
  EXPECT_FALSE(pool.try_submit(refused));
  EXPECT_TRUE(refused);
  release.count_down();
  pool.stop();
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace clew::http
