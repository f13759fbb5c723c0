#include "protocol/tls/ech_config.hpp"

#include <gtest/gtest.h>

#include "protocol/tls/testing/ech_list.hpp"

namespace qnet::tls {
namespace {

using testing::ech_config;
using testing::ech_list;
using testing::EchFields;

/// The id of the configuration that is chosen; -1 for none, -2 for a malformed list.
int chosen(base::ByteView list) {
  const auto choice = choose_ech_config(list);
  if (!choice) return -2;
  return *choice ? (*choice)->id : -1;
}
int chosen(const EchFields& fields) { return chosen(ech_list({ech_config(fields)})); }

TEST(EchConfigList, gives_what_a_configuration_says) {
  const EchFields fields{.suites = {1, 3}, .maximum_name = 64};
  const auto config = choose_ech_config(ech_list({ech_config(fields)})).value().value();
  EXPECT_EQ(config.raw, ech_config(fields));
  EXPECT_EQ(config.id, 7);
  EXPECT_EQ(config.key, fields.key);
  EXPECT_EQ(config.aead, 3);
  EXPECT_EQ(config.maximum_name, 64);
  EXPECT_EQ(config.public_name, fields.public_name);
}

TEST(EchConfigList, is_searched_for_the_first_that_can_be_used) {
  const auto other_version = ech_config({.version = 0xfe0a, .id = 1});
  const auto other_kem = ech_config({.id = 2, .kem = 0x0010});
  const auto export_only = ech_config({.id = 3, .suites = {1, 0xffff, 3, 1}});
  const auto mandatory = ech_config({.id = 4, .extensions = {0x80, 1, 0, 0}});
  const auto optional = ech_config({.id = 5, .extensions = {0, 1, 0, 2, 9, 9}});
  const auto last = ech_config({.id = 6});
  EXPECT_EQ(chosen(ech_list({other_version, other_kem, export_only, mandatory, optional, last})), 5);
  EXPECT_EQ(chosen(ech_list({other_version, other_kem, export_only, mandatory})), -1);
}

TEST(EchConfigList, prefers_the_servers_first_suite_of_those_known) {
  const auto list = ech_list({ech_config({.suites = {2, 1, 1, 9, 1, 2, 1, 1}})});
  EXPECT_EQ(choose_ech_config(list).value().value().aead, 2);
}

TEST(EchConfigList, takes_hosts_for_public_names_and_nothing_else) {
  for (const auto* good : {"a", "example.com", "x-1.example", "1.2.3.x4", "0xg.0xz"})
    EXPECT_EQ(chosen({.public_name = good}), 7) << good;
  for (const auto* bad : {".", "a.", ".a", "a..b", "-a.de", "a-.de", "a_b.de", "a b", "1.2.3.4", "a.12",
                          "a.0x1f", "a.0x", "b\xc3\xbc.de"})
    EXPECT_EQ(chosen({.public_name = bad}), -1) << bad;
  EXPECT_EQ(chosen({.public_name = std::string(63, 'a')}), 7);
  EXPECT_EQ(chosen({.public_name = std::string(64, 'a')}), -1);
}

TEST(EchConfigList, is_refused_where_it_is_cut_anywhere) {
  const auto list = ech_list({ech_config({.extensions = {0, 1, 0, 2, 9, 9}})});
  for (std::size_t size = 0; size < list.size(); ++size)
    EXPECT_EQ(chosen(base::ByteView(list).first(size)), -2) << size;
  // Likewise where the outer lengths agree with the cut.
  const auto config = ech_config({.extensions = {0, 1, 0, 2, 9, 9}});
  for (std::size_t size = 4; size < config.size(); ++size) {
    auto cut = base::Bytes(config.begin(), config.begin() + static_cast<std::ptrdiff_t>(size));
    base::store_be(cut.data() + 2, static_cast<std::uint16_t>(size - 4));
    EXPECT_EQ(chosen(ech_list({cut})), -2) << size;
  }
}

TEST(EchConfigList, is_refused_with_what_the_rfc_forbids) {
  EXPECT_EQ(chosen(ech_list({})), -2);
  EXPECT_EQ(chosen({.suites = {}}), -2);
  EXPECT_EQ(chosen({.suites = {1, 1, 1}}), -2);
  EXPECT_EQ(chosen({.public_name = ""}), -2);
  EXPECT_EQ(chosen({.extensions = {0, 1, 0, 0, 0, 1, 0, 0}}), -2);
  auto longer = ech_list({ech_config({})});
  longer.push_back(0);
  EXPECT_EQ(chosen(longer), -2);
  // A fault behind the one that would be chosen counts too.
  EXPECT_EQ(chosen(ech_list({ech_config({}), ech_config({.public_name = ""})})), -2);
}

TEST(EchConfigList, has_limits) {
  EXPECT_EQ(chosen(ech_list(std::vector(EchLimits::configs, ech_config({})))), 7);
  EXPECT_EQ(chosen(ech_list(std::vector(EchLimits::configs + 1, ech_config({})))), -2);
  const auto extensions = [](std::size_t count) {
    base::Bytes list;
    for (std::size_t i = 0; i < count; ++i) {
      const base::Bytes extension{0, static_cast<std::uint8_t>(i), 0, 0};
      base::append(list, extension);
    }
    return list;
  };
  EXPECT_EQ(chosen({.extensions = extensions(EchLimits::extensions)}), 7);
  EXPECT_EQ(chosen({.extensions = extensions(EchLimits::extensions + 1)}), -2);
}

}  // namespace
}  // namespace qnet::tls
