// Errors are values: a module names its failures in one enum, with a sentence for people beside each.
//
//   enum class Errc { truncated = 1, … };
//   const char* error_domain(Errc);              // "cbor"
//   std::string_view describe(Errc);             // "the item ends too early"
//
// Both are found by argument-dependent look-up. `fail(Errc::truncated)` then converts to any Result<T>.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace qnet::base {

template <class E>
concept ErrorEnum = std::is_enum_v<E> && requires(E e) {
  { error_domain(e) } -> std::same_as<const char*>;
  { describe(e) } -> std::same_as<std::string_view>;
};

/// What went wrong: a module's code, and perhaps what it went wrong with. Never holds a secret.
class [[nodiscard]] Error {
 public:
  template <ErrorEnum E>
  explicit(false) Error(E code, std::string context = {})
      : domain_(error_domain(code)),
        describe_([](int value) { return describe(static_cast<E>(value)); }),
        code_(static_cast<int>(code)),
        context_(std::move(context)) {}

  template <ErrorEnum E>
  [[nodiscard]] bool is(E code) const {
    return std::string_view(domain_) == error_domain(code) && code_ == static_cast<int>(code);
  }

  [[nodiscard]] std::string_view domain() const { return domain_; }
  [[nodiscard]] const std::string& context() const { return context_; }

  /// One sentence for a person, without a final full stop: "the address is not allowed: 10.0.0.1".
  [[nodiscard]] std::string message() const {
    std::string text(describe_(code_));
    if (!context_.empty()) text.append(": ").append(context_);
    return text;
  }

 private:
  const char* domain_;
  std::string_view (*describe_)(int);
  int code_;
  std::string context_;
};

template <class T>
using Result = tl::expected<T, Error>;

template <ErrorEnum E>
[[nodiscard]] tl::unexpected<Error> fail(E code, std::string context = {}) {
  return tl::unexpected<Error>(Error(code, std::move(context)));
}

/// Passes an error on from one Result to another of a different value type.
template <class T>
[[nodiscard]] tl::unexpected<Error> forward_error(Result<T>& result) {
  return tl::unexpected<Error>(std::move(result.error()));
}

}  // namespace qnet::base
