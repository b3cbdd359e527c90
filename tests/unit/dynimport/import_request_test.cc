// The grammar of imports, and the records of objects.
#include "dynimport/import_request.h"

#include <gtest/gtest.h>
#include <string>

namespace xld {
namespace {

Result<ImportRequest> parse(std::string_view text) {
  return parse_import(text, ImportForm::Inferred);
}

std::string error_of(std::string_view text) {
  const auto request = parse(text);
  return request ? "(none)" : request.error().message;
}

using namespace std::string_view_literals;

std::string error_of_records(std::string_view records) {
  const auto requests = parse_import_records(as_bytes(records));
  return requests ? "(none)" : requests.error().message;
}

void expect_request(std::string_view text, const ImportRequest& expected) {
  const auto request = parse(text);
  ASSERT_TRUE(request) << text << ": " << request.error().message;
  EXPECT_EQ(*request, expected) << text;
}

TEST(ImportRequest, HasFourParts) {
  expect_request("puts,libc.so.6", {"puts", "puts", "", "libc.so.6"});
  expect_request("say=puts,libc.so.6", {"say", "puts", "", "libc.so.6"});
  expect_request("puts@GLIBC_2.2.5,libc.so.6", {"puts", "puts", "GLIBC_2.2.5", "libc.so.6"});
  expect_request("say=puts@GLIBC_2.2.5,libc.so.6", {"say", "puts", "GLIBC_2.2.5", "libc.so.6"});
}

TEST(ImportRequest, TakesVersionsAsToolsPrintThem) {
  expect_request("puts@@GLIBC_2.2.5,libc.so.6", {"puts", "puts", "GLIBC_2.2.5", "libc.so.6"});
  expect_request("say=puts@,libc.so.6", {"say", "puts", "", "libc.so.6"});
}

TEST(ImportRequest, LeavesEverythingBehindTheCommaToTheLibrary) {
  expect_request("f,/opt/a,b/lib=x@1.so", {"f", "f", "", "/opt/a,b/lib=x@1.so"});
  expect_request("f,@rpath/libf.dylib", {"f", "f", "", "@rpath/libf.dylib"});
  expect_request("f,with blanks.so", {"f", "f", "", "with blanks.so"});
}

TEST(ImportRequest, RefusesWhatIsIncomplete) {
  EXPECT_NE(error_of("puts").find("there is no library"), std::string::npos);
  EXPECT_NE(error_of("puts").find("-Xlinker"), std::string::npos);
  EXPECT_NE(error_of("").find("there is no library"), std::string::npos);
  EXPECT_NE(error_of("puts,").find("library is empty"), std::string::npos);
  EXPECT_NE(error_of(",libc.so.6").find("no name to import"), std::string::npos);
  EXPECT_NE(error_of("=puts,libc.so.6").find("no name to import"), std::string::npos);
  EXPECT_NE(error_of("@V,libc.so.6").find("no name to import"), std::string::npos);
  EXPECT_NE(error_of("say=,libc.so.6").find("behind the '='"), std::string::npos);
  EXPECT_NE(error_of("say=@V,libc.so.6").find("behind the '='"), std::string::npos);
}

TEST(ImportRequest, RefusesWhatIsNoVersion) {
  EXPECT_NE(error_of("f@V=g,lib.so").find("'V=g' is no version"), std::string::npos);
  EXPECT_NE(error_of("f@V@W,lib.so").find("'V@W' is no version"), std::string::npos);
  EXPECT_NE(error_of("f@@@V,lib.so").find("'@V' is no version"), std::string::npos);
}

TEST(ImportRequest, RefusesCharactersThatNamesDoNotHave) {
  EXPECT_NE(error_of("f\n,lib.so").find("control character"), std::string::npos);
  EXPECT_NE(error_of("f,lib\0.so"sv).find("control character"), std::string::npos);
  EXPECT_NE(error_of("f, lib.so").find("blank"), std::string::npos);
  EXPECT_NE(error_of(" f,lib.so").find("blank"), std::string::npos);
}

TEST(ImportRequest, IsWrittenAsItIsRead) {
  for (const std::string_view text : {"puts,libc.so.6", "say=puts,l", "puts@V,l", "say=puts@V,a,b"})
    EXPECT_EQ(import_text(*parse(text)), text);
}

TEST(ImportRecords, ArePlainTexts) {
  const auto requests =
      parse_import_records(as_bytes("import f,a.so\0import-function g=h@V,b.so\0\0\0\0import-pointer p=q@,c.so\0"sv));
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->size(), 3u);
  EXPECT_EQ((*requests)[0], (ImportRequest{"f", "f", "", "a.so", ImportForm::Inferred}));
  EXPECT_EQ((*requests)[1], (ImportRequest{"g", "h", "V", "b.so", ImportForm::Function}));
  EXPECT_EQ((*requests)[2], (ImportRequest{"p", "q", "", "c.so", ImportForm::Pointer}));
}

TEST(ImportRecords, AreWrittenAsTheyAreRead) {
  const ImportRequest request{"g", "h", "V", "b.so", ImportForm::Function};
  const std::string record = import_record(request);
  EXPECT_EQ(record, "import-function g=h@V,b.so\0"sv);
  const auto requests = parse_import_records(as_bytes(record));
  ASSERT_TRUE(requests);
  EXPECT_EQ(requests->at(0), request);
}

TEST(ImportRecords, MayBeNone) {
  EXPECT_EQ(error_of_records(""), "(none)");
  EXPECT_EQ(error_of_records("\0\0\0"sv), "(none)");
}

TEST(ImportRecords, SayWhereTheyAreWrong) {
  EXPECT_EQ(error_of_records("import f,a.so"), "the record at offset 0x0 has no end");
  EXPECT_EQ(error_of_records("import f,a.so\0import g"sv), "the record at offset 0xe has no end");
  EXPECT_NE(error_of_records("import f,a.so\0export g,b\0"sv).find("offset 0xe begins with 'export'"),
            std::string::npos);
  EXPECT_NE(error_of_records("import\0"sv).find("offset 0x0: there is no library"), std::string::npos);
  EXPECT_NE(error_of_records("\0import f,\0"sv).find("offset 0x1: the name of the library is empty"),
            std::string::npos);
}

}  // namespace
}  // namespace xld
