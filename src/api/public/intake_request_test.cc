#include "api/public/intake_request.h"

#include <gtest/gtest.h>

namespace clew::api {
namespace {

TEST(ReasonTold, IsFoundInTheAnswersOfAllDoors) {
  const Error broken{Errc::kInvalidArgument, "Failed to decompress request body"};
  for (const ErrorShape shape :
       {ErrorShape::kStandard, ErrorShape::kIngestion, ErrorShape::kOtlp, ErrorShape::kMessage, ErrorShape::kCoded}) {
    EXPECT_EQ(reason_told(error_response(shape, broken, "r").body), broken.message) << static_cast<int>(shape);
  }
  EXPECT_EQ(reason_told(error_response(ErrorShape::kIngestion, {Errc::kTooLarge, "Body too large"}, "r").body),
            "Body too large");
}

TEST(ReasonTold, IsNothingWhereAnAnswerNamesNone) {
  for (const char* answer : {"", "{}", "[]", "<html>", R"({"error":{"code":3}})", R"({"errors":[]})"})
    EXPECT_EQ(reason_told(answer), "") << answer;
}

}  // namespace
}  // namespace clew::api
