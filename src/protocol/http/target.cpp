#include "protocol/http/target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace qnet::http {

namespace {

template <class Text>  // Boost's string_view
std::string to_string(const Text& text) {
  return {text.data(), text.size()};
}

}  // namespace

tl::expected<Target, TargetError> parse_target(std::string_view text, QueryForm form) {
  if (text.size() > RouterLimits::target) return tl::unexpected(TargetError::too_long);
  if (form == QueryForm::unread) text = text.substr(0, text.find('?'));
  const auto url = boost::urls::parse_origin_form(boost::urls::string_view(text.data(), text.size()));
  if (!url) return tl::unexpected(TargetError::malformed);
  // As sent: url_view's own path puts "/." before "//".
  Target target{std::string(text.substr(0, text.find('?'))), {}};
  const auto parameters = url->params();
  if (parameters.size() > RouterLimits::query_parameters)
    return tl::unexpected(TargetError::too_many_parameters);
  for (const auto& parameter : parameters)
    target.query.emplace_back(to_string(parameter.key), to_string(parameter.value));
  return target;
}

}  // namespace qnet::http
