// Cover `site`: what it takes, what it must be told, and what belongs to the other cover.
#include <gmock/gmock.h>

#include "option_table.hpp"
#include "options.hpp"
#include "protocol/tls/testing/ech_list.hpp"
#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

Words site(const Words& more) {
  Words words{"run",     "--relay-only", "--state-dir",  "/s",
              "--cover", "site",         "--cover-name", "www.example.com"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const Words kTls{"--tls-cert", "c.pem", "--tls-key", "k.pem"};

Words with_tls(Words words) {
  words.insert(words.end(), kTls.begin(), kTls.end());
  return words;
}

TEST(CoverSite, takes_a_folder_or_a_web_server_with_a_certificate) {
  const auto folder = settings_of(with_tls(site({"--site-root", "/www"})));
  EXPECT_EQ(folder.cover, link::Cover::site_h2);
  EXPECT_EQ(folder.site_root, "/www");
  EXPECT_EQ(folder.tls_cert, "c.pem");
  EXPECT_EQ(folder.tls_key, "k.pem");
  const auto upstream = settings_of(with_tls(site({"--site-upstream", "127.0.0.1:8080"})));
  EXPECT_EQ(upstream.site_upstream->port, 8080);
}

TEST(CoverSite, takes_the_environment_and_the_file) {
  const Variables environment{{"QNET_COVER", "site"},
                              {"QNET_COVER_NAME", "www.example.com"},
                              {"QNET_SITE_ROOT", "/www"},
                              {"QNET_TLS_CERT", "c.pem"},
                              {"QNET_TLS_KEY", "k.pem"}};
  EXPECT_EQ(settings_of({"run", "--relay-only"}, environment).site_root, "/www");
  const ConfigFile file(
      "helper_mode = 'relay'\ncover = 'site'\ncover_name = 'www.example.com'\nsite_root = '/www'\n"
      "behind_proxy = true\n");
  EXPECT_TRUE(settings_of({"run", "--config", file.path()}).behind_proxy);
}

TEST(CoverSite, says_what_is_missing) {
  EXPECT_THAT(error_of(with_tls({"run", "--relay-only", "--cover", "site", "--site-root", "/www"})),
              HasSubstr("--cover-name"));
  EXPECT_THAT(error_of(with_tls(site({}))), HasSubstr("--site-root"));
  EXPECT_THAT(error_of(with_tls(site({"--site-root", "/www", "--site-upstream", "a:1"}))),
              HasSubstr("either"));
  EXPECT_THAT(error_of(site({"--site-root", "/www"})), HasSubstr("--tls-cert"));
  EXPECT_THAT(error_of(site({"--site-root", "/www", "--tls-cert", "c.pem"})), HasSubstr("--tls-key"));
}

TEST(CoverSite, behind_a_proxy_has_no_certificate_and_no_http_2) {
  EXPECT_TRUE(settings_of(site({"--site-root", "/www", "--behind-proxy"})).behind_proxy);
  EXPECT_THAT(error_of(with_tls(site({"--site-root", "/www", "--behind-proxy"}))), HasSubstr("--tls-cert"));
  EXPECT_THAT(error_of(site({"--site-root", "/www", "--behind-proxy", "--site-transport", "h2"})),
              HasSubstr("websocket"));
}

TEST(CoverSite, refuses_options_of_the_other_cover) {
  EXPECT_THAT(error_of(with_tls(site({"--site-root", "/www", "--cover-origin", "a.example:443"}))),
              HasSubstr("--cover-origin"));
  EXPECT_THAT(error_of({"run", "--relay-only", "--cover-origin", "a.example:443", "--site-root", "/www"}),
              HasSubstr("--cover site"));
}

TEST(CoverSite, takes_an_ech_list_as_dns_has_it_and_refuses_what_is_none) {
  using tls::testing::ech_config;
  using tls::testing::ech_list;
  const auto with = [](const base::Bytes& list) {
    auto text = base::to_base64url(list);
    for (auto& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (text.size() % 4 != 0) text += '=';
    return site({"--site-root", "/www", "--behind-proxy", "--ech-configs", text});
  };
  const auto good = ech_list({ech_config({})});
  EXPECT_EQ(settings_of(with(good)).ech_configs, good);
  EXPECT_THAT(error_of(with({0, 1})), HasSubstr("HTTPS record"));
  EXPECT_THAT(error_of(with(ech_list({ech_config({.kem = 0x0010})}))), HasSubstr("X25519"));
}

TEST(CoverSite, refuses_unknown_words) {
  EXPECT_THAT(error_of({"run", "--relay-only", "--cover", "none"}), HasSubstr("mirror"));
  EXPECT_THAT(error_of(site({"--site-transport", "h3"})), HasSubstr("websocket"));
}

TEST(Help, of_runs_pages_together_has_every_option) {
  const auto all = help_text(Command::run) + relay_help_text() + directory_help_text() + log_help_text();
  for (const auto& option : option_table()) {
    if (!option.belongs_to(Command::run)) continue;
    EXPECT_THAT(all, ContainsRegex(" " + option.flag() + "[ ,]"));
  }
}

}  // namespace
}  // namespace qnet::cli
