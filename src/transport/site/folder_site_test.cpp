// What a folder's visitors are answered.
#include "transport/site/folder_site.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "foundation/net/testing/run_job.hpp"
#include "transport/site/folder_files.hpp"
#include "transport/site/testing/recorded_exchange.hpp"
#include "transport/site/testing/site_folder.hpp"

namespace qnet::site {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class FolderVisit : public ::testing::Test, protected testing::SiteFolder {
 protected:
  using Visited = testing::RecordedExchange;

  FolderVisit() {
    write("www/letters.txt", letters);
    // A whole second, as HTTP's dates have it: Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110 §5.6.7).
    const std::chrono::sys_seconds modified(std::chrono::seconds(784'111'777));
    fs::last_write_time(root / "letters.txt", std::chrono::file_clock::from_sys(modified));
    const auto first = visit("GET", "/letters.txt");
    etag = first.field("etag").value();
  }

  void serve(Visited& exchange) {
    const auto site = FolderSite::open(root, limits).value();
    ASSERT_TRUE(net::testing::runs_to_end(io, [&]() -> net::Task<void> { co_await site->serve(exchange); }));
  }
  struct Seen {
    unsigned status = 0;
    std::string body;
    bool operator==(const Seen&) const = default;
  };
  /// Not to be moved once the site has it, so it is made here.
  class Visit : public Visited {
   public:
    Visit(FolderVisit& test, std::string method, std::string target, Headers headers)
        : Visited({std::move(method), std::move(target), "a", std::move(headers)}) {
      test.serve(*this);
    }
    [[nodiscard]] unsigned status() const { return response ? response->status : 0; }
    [[nodiscard]] Seen seen() const { return {status(), written}; }
  };
  Visit visit(std::string method, std::string target, Headers headers = {}) {
    return Visit(*this, std::move(method), std::move(target), std::move(headers));
  }
  Seen seen(std::string target, Headers headers = {}) {
    return visit("GET", std::move(target), std::move(headers)).seen();
  }

  const std::string letters = "abcdefghijklmnopqrstuvwxyz";
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  std::string etag;
  boost::asio::io_context io{1};
  Limits limits;
};

TEST_F(FolderVisit, gets_a_file_with_what_a_cache_needs) {
  const auto got = visit("GET", "/letters.txt?version=1");
  EXPECT_EQ(got.seen(), (Seen{200, letters}));
  EXPECT_TRUE(got.finished);
  EXPECT_EQ(got.field("content-type"), "text/plain");
  EXPECT_EQ(got.field("content-length"), "26");
  EXPECT_EQ(got.field("last-modified"), date);
  EXPECT_EQ(got.field("accept-ranges"), "bytes");
  EXPECT_EQ(got.field("date").value_or("").size(), date.size());
  EXPECT_EQ(etag, "\"2ebc98a1-1a\"");
}

TEST_F(FolderVisit, gets_the_index_of_a_folder) {
  EXPECT_EQ(seen("/"), (Seen{200, "home"}));
  EXPECT_EQ(seen("/sub%20dir/"), (Seen{200, "sub"}));
}

TEST_F(FolderVisit, is_sent_to_the_folder_when_its_slash_is_missing) {
  const auto got = visit("GET", "/sub%20dir?a=b");
  EXPECT_EQ(got.status(), 301U);
  EXPECT_EQ(got.field("location"), "/sub%20dir/");
  EXPECT_EQ(got.field("content-length"), "0");
  EXPECT_FALSE(got.has_body);
}

TEST_F(FolderVisit, gets_a_large_file_in_pieces_and_an_empty_one_at_once) {
  std::string large(1'000'003, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * i >> 3);
  write("www/large.bin", large);
  write("www/empty.css", "");
  EXPECT_TRUE(seen("/large.bin") == (Seen{200, large}));
  EXPECT_EQ(seen("/large.bin", {{"range", "bytes=-3"}}), (Seen{206, large.substr(1'000'000)}));
  const auto empty = visit("GET", "/empty.css");
  EXPECT_EQ(empty.field("content-length"), "0");
  EXPECT_FALSE(empty.has_body);
}

TEST_F(FolderVisit, gets_the_head_alone_for_head) {
  const auto got = visit("HEAD", "/letters.txt");
  EXPECT_EQ(got.seen(), (Seen{200, ""}));
  EXPECT_FALSE(got.has_body);
  EXPECT_EQ(got.field("content-length"), "26");
  const auto missing = visit("HEAD", "/missing");
  EXPECT_EQ(missing.seen(), (Seen{404, ""}));
  EXPECT_FALSE(missing.has_body);
  EXPECT_EQ(missing.field("content-length"), std::to_string(status_page(404).size()));
}

TEST_F(FolderVisit, gets_a_page_for_what_is_not_there) {
  for (const auto* const target : {"/missing", "/../outside", "/%2e%2e/outside", "/link", "/.secret",
                                   "/empty/", "*", "/letters.txt/", "/letters.txt%00"}) {
    const auto got = visit("GET", target);
    EXPECT_EQ(got.seen(), (Seen{404, status_page(404)})) << target;
    EXPECT_TRUE(got.finished);
  }
}

TEST_F(FolderVisit, never_leaves_the_folder_by_links) {
  fs::create_directory_symlink(base, root / "up");
  fs::create_symlink(base / "outside", root / "sub dir" / "out.html");
  fs::create_directory(root / "linked");
  fs::create_symlink(base / "outside", root / "linked" / "index.html");
  fs::create_symlink("index.html", root / "inside");
  fs::create_symlink("round", root / "round");
  fs::create_directory(base / "www-next");
  write("www-next/a", "a neighbour whose name begins as the folder's");
  fs::create_symlink(base / "www-next" / "a", root / "next");
  for (const auto* const target :
       {"/up/outside", "/up/", "/sub%20dir/out.html", "/linked/", "/round", "/next"})
    EXPECT_EQ(seen(target).status, 404U) << target;
  EXPECT_EQ(seen("/inside"), (Seen{200, "home"}));
}

TEST_F(FolderVisit, gets_nothing_that_is_no_file) {
  ASSERT_EQ(::mkfifo((root / "pipe").c_str(), 0600), 0);  // reading it would wait forever
  EXPECT_EQ(seen("/pipe").status, 404U);
}

TEST_F(FolderVisit, gets_ranges) {
  const auto got = visit("GET", "/letters.txt", {{"range", "bytes=2-4"}});
  EXPECT_EQ(got.seen(), (Seen{206, "cde"}));
  EXPECT_EQ(got.field("content-range"), "bytes 2-4/26");
  EXPECT_EQ(got.field("content-length"), "3");
  EXPECT_EQ(seen("/letters.txt", {{"range", "bytes=24-"}}), (Seen{206, "yz"}));
  EXPECT_EQ(seen("/letters.txt", {{"range", "bytes=-1"}}), (Seen{206, "z"}));
  const auto head = visit("HEAD", "/letters.txt", {{"range", "bytes=2-4"}});
  EXPECT_EQ(head.seen(), (Seen{206, ""}));
  EXPECT_EQ(head.field("content-length"), "3");
}

TEST_F(FolderVisit, gets_the_whole_for_ranges_that_nobody_understands) {
  for (const auto* const range : {"lines=1-2", "bytes=4-2", "bytes=0-1,4-5", "bytes=a-b"})
    EXPECT_EQ(seen("/letters.txt", {{"range", range}}), (Seen{200, letters})) << range;
}

TEST_F(FolderVisit, is_told_when_a_range_is_outside_of_the_file) {
  for (const auto* const range : {"bytes=26-", "bytes=-0"})
    EXPECT_EQ(seen("/letters.txt", {{"range", range}}), (Seen{416, status_page(416)})) << range;
}

// RFC 9110 §13.1.5: a range of another version would be put together with what the visitor has.
TEST_F(FolderVisit, gets_a_range_only_of_the_version_it_has) {
  for (const auto& known : {etag, date})
    EXPECT_EQ(seen("/letters.txt", {{"range", "bytes=0-0"}, {"if-range", known}}), (Seen{206, "a"})) << known;
  for (const auto& other : {std::string("\"1-1a\""), std::string("Sun, 06 Nov 1994 08:49:38 GMT")})
    EXPECT_EQ(seen("/letters.txt", {{"range", "bytes=0-0"}, {"if-range", other}}), (Seen{200, letters}))
        << other;
}

TEST_F(FolderVisit, is_told_when_nothing_has_changed) {
  for (const Headers& known : {Headers{{"if-none-match", etag}}, Headers{{"if-none-match", "W/" + etag}},
                               Headers{{"if-none-match", "*"}}, Headers{{"if-modified-since", date}}}) {
    const auto got = visit("GET", "/letters.txt", known);
    EXPECT_EQ(got.seen(), (Seen{304, ""})) << known[0].value;
    EXPECT_FALSE(got.has_body);
    EXPECT_EQ(got.field("etag"), etag);
    EXPECT_EQ(got.field("content-type"), std::nullopt);
    EXPECT_EQ(got.field("content-length"), std::nullopt);
  }
}

// RFC 9110 §13.2.2: If-None-Match stands above If-Modified-Since.
TEST_F(FolderVisit, gets_a_file_that_has_changed) {
  EXPECT_EQ(seen("/letters.txt", {{"if-none-match", "\"other\""}}), (Seen{200, letters}));
  EXPECT_EQ(seen("/letters.txt", {{"if-none-match", "\"other\""}, {"if-modified-since", date}}),
            (Seen{200, letters}));
  write("www/letters.txt", "changed");
  EXPECT_EQ(seen("/letters.txt", {{"if-none-match", etag}}), (Seen{200, "changed"}));
  EXPECT_EQ(seen("/letters.txt", {{"if-modified-since", date}}), (Seen{200, "changed"}));
}

TEST_F(FolderVisit, sees_a_file_that_shrinks_meanwhile_break_off) {
  Visited exchange({"GET", "/letters.txt", "a", {}});
  exchange.on_response = [this] { write("www/letters.txt", "short"); };
  serve(exchange);
  EXPECT_EQ(exchange.field("content-length"), "26");
  EXPECT_FALSE(exchange.finished);
}

TEST_F(FolderVisit, sees_a_file_that_vanishes_meanwhile_break_off) {
  Visited exchange({"GET", "/letters.txt", "a", {}});
  exchange.on_response = [this] { fs::remove(root / "letters.txt"); };
  serve(exchange);
  EXPECT_EQ(exchange.written, "");
  EXPECT_FALSE(exchange.finished);
}

TEST_F(FolderVisit, gets_as_much_as_was_promised_of_a_file_that_grows_meanwhile) {
  Visited exchange({"GET", "/letters.txt", "a", {}});
  exchange.on_response = [this] { write("www/letters.txt", letters + letters); };
  serve(exchange);
  EXPECT_EQ(exchange.written, letters);
  EXPECT_TRUE(exchange.finished);
}

TEST_F(FolderVisit, gets_no_more_when_the_visitor_is_gone) {
  Visited at_once({"GET", "/letters.txt", "a", {}});
  at_once.takes_nothing = true;
  serve(at_once);
  Visited later({"GET", "/letters.txt", "a", {}});
  later.takes_only_a_head = true;
  serve(later);
  Visited page({"GET", "/missing", "a", {}});
  page.takes_only_a_head = true;
  serve(page);
  for (const auto* const exchange : {&at_once, &later, &page}) {
    EXPECT_EQ(exchange->written, "");
    EXPECT_FALSE(exchange->finished);
  }
}

TEST_F(FolderVisit, may_only_read) {
  for (const auto* const method : {"PUT", "DELETE", "OPTIONS", "POST", "get"})
    EXPECT_EQ(visit(method, "/letters.txt").status(), 405U) << method;
  EXPECT_EQ(visit("POST", "/missing").status(), 404U);
}

TEST_F(FolderVisit, may_not_send_a_large_body) {
  limits.body_bytes = 10;
  EXPECT_EQ(visit("POST", "/letters.txt", {{"content-length", "10"}}).status(), 405U);
  EXPECT_EQ(visit("POST", "/letters.txt", {{"content-length", "11"}}).status(), 413U);
  EXPECT_EQ(visit("GET", "/letters.txt", {{"content-length", "11"}}).status(), 413U);
}

TEST(ContentType, is_what_web_servers_say_of_a_file) {
  EXPECT_EQ(content_type("/a.b/index.html"), "text/html");
  EXPECT_EQ(content_type("style.css"), "text/css");
  EXPECT_EQ(content_type("photo.jpeg"), "image/jpeg");
  EXPECT_EQ(content_type("app.wasm"), "application/wasm");
  for (const auto* const unknown : {"README", "a.unknown", "a.", ".html", ""})
    EXPECT_EQ(content_type(unknown), "application/octet-stream") << unknown;
}

}  // namespace
}  // namespace qnet::site
