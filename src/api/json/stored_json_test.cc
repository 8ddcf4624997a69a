#include "api/json/stored_json.h"

#include <gtest/gtest.h>

#include "api/json/json_writer.h"
#include "api/json/metadata_json.h"

namespace clew::api {
namespace {

std::string copied(std::string_view text) {
  std::string out = "<";
  return append_if_json(out, text) ? out.substr(1) : out == "<" ? "(text)" : "(left something)";
}

TEST(StoredJson, CopiesWhatIsJsonAsItIs) {
  for (const std::string_view text :
       {R"({"a":[1,2.50,-0,1e3,"x\u00e9\n"],"b":{"c":null,"d":true}})", "[]", "{}", "\"ä\"", "0", "-12", "false"}) {
    EXPECT_EQ(copied(text), text);
  }
  EXPECT_EQ(copied(" [ 1 , { \"a\" : 2 } ] \n"), R"([1,{"a":2}])");
}

TEST(StoredJson, LeavesEverythingElseAlone) {
  for (const std::string_view text : {"",
                                      "hello",
                                      "{",
                                      "[1,]",
                                      "{\"a\"}",
                                      "{\"a\":1,}",
                                      "01",
                                      "1.",
                                      ".5",
                                      "+1",
                                      "NaN",
                                      "nul",
                                      "\"open",
                                      "[1] x",
                                      "'a'",
                                      "\"bad \\x escape\"",
                                      "\"\\u12g4\"",
                                      "\"line\nfeed\"",
                                      "--1",
                                      "1e",
                                      "90e07199254",
                                      "{a:1}",
                                      "\"\xff\""}) {
    EXPECT_EQ(copied(text), "(text)") << text;
  }
  EXPECT_EQ(copied(std::string(300, '[') + std::string(300, ']')), "(text)");
}

TEST(StoredJson, IntegersThatDoublesCannotHoldBecomeText) {
  EXPECT_EQ(copied("9007199254740991"), "9007199254740991");
  EXPECT_EQ(copied("[9007199254740992,-123456789012345678]"), R"(["9007199254740992","-123456789012345678"])");
  EXPECT_EQ(copied("12345678901234567890.5"), "12345678901234567890.5");
}

TEST(JsonWriter, PlacesCommasAndNulls) {
  JsonWriter json;
  json.begin_object();
  json.key("a").begin_array().integer(1).text("x\"").null().begin_object().end_object().end_array();
  json.key("b")
      .text_or_null("")
      .key("c")
      .optional_stored(std::string("{\"k\":1}"))
      .key("d")
      .time(1'700'000'000'123'456);
  json.end_object();
  EXPECT_EQ(json.str(), R"({"a":[1,"x\"",null,{}],"b":null,"c":{"k":1},"d":"2023-11-14T22:13:20.123Z"})");
}

TEST(JsonWriter, TimesAndDurations) {
  JsonWriter json;
  json.begin_array();
  for (const TimeUs time :
       std::initializer_list<TimeUs>{1'700'000'000'123'999, 1'700'000'000'007'000, 1'700'000'001'000'000, -1'000})
    json.time(time);
  json.seconds(1'500'000).seconds(0).seconds(-25).milliseconds(639'735).milliseconds(2'000).end_array();
  EXPECT_EQ(json.str(), R"(["2023-11-14T22:13:20.123Z","2023-11-14T22:13:20.007Z","2023-11-14T22:13:21.000Z",)"
                        R"("1969-12-31T23:59:59.999Z",1.5,0,-0.000025,639.735,2])");
}

TEST(JsonWriter, MoneyIsExact) {
  EXPECT_EQ(dollars(0), "0");
  EXPECT_EQ(dollars(1), "0.000000000001");
  EXPECT_EQ(dollars(2'500'000'000'000), "2.5");
  EXPECT_EQ(dollars(-1'000'000'000'000), "-1");
  EXPECT_EQ(dollars(123'456'789'012'345'678), "123456.789012345678");
}

TEST(MetadataJson, ValuesAreParsedUnlessTheyWereText) {
  JsonWriter json;
  write_metadata(json, {{"n", "7"}, {"s", "7"}, {"t", "plain"}, {"e", ""}, {"n", "8"}}, {"s"});
  EXPECT_EQ(json.str(), R"({"n":7,"s":"7","t":"plain","e":""})");
}

}  // namespace
}  // namespace clew::api
