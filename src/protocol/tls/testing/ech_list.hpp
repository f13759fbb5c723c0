// ECHConfigLists, well-formed unless asked otherwise. For tests.
#pragma once

#include <string>
#include <vector>

#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/ech_config.hpp"

namespace qnet::tls::testing {

struct EchFields {
  std::uint16_t version = kEchExtension;
  std::uint8_t id = 7;
  std::uint16_t kem = 0x0020;
  crypto::X25519Public key{9};
  std::vector<std::uint16_t> suites{1, 1};  ///< KDF and AEAD, by turns
  std::uint8_t maximum_name = 0;
  std::string public_name = "public.example.net";
  base::Bytes extensions{};
};

inline void append_sized(base::Bytes& to, base::ByteView body) {
  client_hello::append_integer(to, static_cast<std::uint16_t>(body.size()));
  base::append(to, body);
}

[[nodiscard]] inline base::Bytes ech_config(const EchFields& fields) {
  base::Bytes contents{fields.id};
  client_hello::append_integer(contents, fields.kem);
  append_sized(contents, fields.key);
  client_hello::append_integer(contents, static_cast<std::uint16_t>(fields.suites.size() * 2));
  for (const auto value : fields.suites) client_hello::append_integer(contents, value);
  contents.push_back(fields.maximum_name);
  contents.push_back(static_cast<std::uint8_t>(fields.public_name.size()));
  base::append(contents, base::bytes_of(fields.public_name));
  append_sized(contents, fields.extensions);
  base::Bytes config;
  client_hello::append_integer(config, fields.version);
  append_sized(config, contents);
  return config;
}

[[nodiscard]] inline base::Bytes ech_list(const std::vector<base::Bytes>& configs) {
  base::Bytes all, list;
  for (const auto& config : configs) base::append(all, config);
  append_sized(list, all);
  return list;
}

}  // namespace qnet::tls::testing
