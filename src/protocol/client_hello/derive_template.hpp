// A template made of a live client's ClientHellos: what was the same in all of them is constant, and what
// differed is drawn anew as the client seems to draw it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

struct DeriveLimits {
  /// From so many hellos on, equal GREASE at two places is taken for one slot: 1 in 65,536 is an accident.
  static constexpr std::size_t certain = 4;
  /// More would tell nothing new.
  static constexpr std::size_t hellos = 4096;
};

struct DerivedTemplate {
  Template browser;
  /// What a person should know: hellos that were left out, and what captures cannot tell.
  std::vector<std::string> notes;
};

/// `records` are whole TLS records, one ClientHello each. The first one's form is the template's: others,
/// such as resumptions and retries, are left out. `label` gives the name, the title and
/// first_application_record.
[[nodiscard]] base::Result<DerivedTemplate> derive_template(std::span<const base::Bytes> records,
                                                            const Template& label);

}  // namespace qnet::client_hello
