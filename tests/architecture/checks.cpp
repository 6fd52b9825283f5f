#include "tests/architecture/checks.hpp"

#include "tests/architecture/rules.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <regex>
#include <sstream>

namespace minidns::architecture {
namespace {

struct Include {
  std::size_t line;  // from 1
  std::string header;
  bool in_quotes;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::string at(const SourceFile& file, std::size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
  std::vector<Include> includes;
  std::size_t number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    std::smatch match;
    if (std::regex_match(line, match, pattern)) {
      includes.push_back({number, match[2], match[1] == "\""});
    }
  }
  return includes;
}

std::string_view top_folder(std::string_view path) {
  const auto slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

const Room* find_room(std::string_view name) {
  const auto found = std::ranges::find(rooms(), name, &Room::name);
  return found == rooms().end() ? nullptr : &*found;
}

bool may_include(const Room& room, std::string_view other) {
  return room.name == other || std::ranges::find(room.may_include, other) != room.may_include.end();
}

std::optional<std::string> objection_to_room(const SourceFile& file, const Include& include, const FileExists& exists) {
  const Room* const room = find_room(top_folder(file.path));
  if (room == nullptr) {
    return "is in no listed room, so it may include nothing";
  }
  if (!exists(include.header)) {
    return "includes \"" + include.header + "\", which is no path from the repository's root";
  }
  if (!is_header(include.header)) {
    return "includes \"" + include.header + "\", which is no header";
  }
  const std::string_view other = top_folder(include.header);
  if (!may_include(*room, other)) {
    return "room " + std::string(room->name) + " may not include room " + std::string(other) + " (\"" + include.header +
           "\")";
  }
  return std::nullopt;
}

/// "boost/asio" names <boost/asio.hpp> and <boost/asio/post.hpp>, not <boost/asiox.hpp>.
bool belongs_to(const Library& library, std::string_view header) {
  if (!header.starts_with(library.header_prefix)) {
    return false;
  }
  const std::string_view rest = header.substr(library.header_prefix.size());
  return rest.empty() || rest.front() == '/' || rest.front() == '.';
}

bool is_open(const Door& door, std::string_view path) {
  return path.starts_with(door.path_prefix) && (door.files == Files::all || !is_header(path));
}

std::optional<std::string> objection_to_library(const SourceFile& file, const Include& include) {
  if (std::ranges::find(system_headers(), include.header) != system_headers().end()) {
    return std::nullopt;
  }
  for (const Library& library : libraries()) {
    if (belongs_to(library, include.header)) {
      const bool open = std::ranges::any_of(library.doors, [&](const Door& door) { return is_open(door, file.path); });
      return open ? std::nullopt : std::optional("may not include <" + include.header + "> here");
    }
  }
  return "includes <" + include.header + ">, which is in no list of tests/architecture/rules.cpp";
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool contains_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const bool starts = at == 0 || !is_word_character(line[at - 1]);
    const std::size_t end = at + word.size();
    if (starts && (end == line.size() || !is_word_character(line[end]))) {
      return true;
    }
  }
  return false;
}

/// A line up to its `//` comment.
std::string_view without_comment(std::string_view line) {
  return line.substr(0, line.find("//"));
}

/// The same lines without their `//` comments.
std::string without_comments(const std::string& text) {
  std::string code;
  for (const std::string& line : lines_of(text)) {
    code.append(without_comment(line)).push_back('\n');
  }
  return code;
}

/// Whether a capture list holds anything but references and `this`.
bool captures_by_value(const std::string& list) {
  static const std::regex harmless(R"(\s*(&.*|this|)\s*)");
  std::istringstream captures(list);
  for (std::string capture; std::getline(captures, capture, ',');) {
    if (!std::regex_match(capture, harmless)) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool is_header(std::string_view path) {
  return path.ends_with(".hpp") || path.ends_with(".h");
}

bool is_cpp(std::string_view path) {
  return is_header(path) || path.ends_with(".cpp");
}

Findings check_includes(const SourceFile& file, const FileExists& exists) {
  Findings findings;
  for (const Include& include : includes_of(file)) {
    const auto objection =
        include.in_quotes ? objection_to_room(file, include, exists) : objection_to_library(file, include);
    if (objection) {
      findings.push_back(at(file, include.line, *objection));
    }
  }
  return findings;
}

Findings check_location(const SourceFile& file) {
  Findings findings;
  const std::string_view top = top_folder(file.path);
  if (is_cpp(file.path) && find_room(top) == nullptr) {
    findings.push_back(file.path + ": '" + std::string(top) + "' is no listed room (tests/architecture/rules.cpp)");
  }
  std::string_view rest = file.path;
  for (std::string_view folder = top_folder(rest); !folder.empty(); folder = top_folder(rest)) {
    if (std::ranges::find(forbidden_folder_names(), folder) != forbidden_folder_names().end()) {
      findings.push_back(file.path + ": the folder name '" + std::string(folder) + "' says nothing about its content");
    }
    rest.remove_prefix(folder.size() + 1);
  }
  return findings;
}

Findings check_include_guard(const SourceFile& file) {
  if (!is_header(file.path)) {
    return {};
  }
  const auto lines = lines_of(file.text);
  const bool guarded = std::ranges::find(lines, "#pragma once") != lines.end();
  return guarded ? Findings{} : Findings{file.path + ": has no #pragma once"};
}

Findings check_length(const SourceFile& file, std::size_t lines_max) {
  const std::size_t lines = lines_of(file.text).size();
  if (lines <= lines_max) {
    return {};
  }
  return {file.path + ": has " + std::to_string(lines) + " lines, more than " + std::to_string(lines_max)};
}

Findings check_marks(const SourceFile& file) {
  Findings findings;
  std::size_t number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    for (const std::string_view mark : forbidden_marks()) {
      if (contains_word(line, mark)) {
        findings.push_back(at(file, number, "unfinished work (" + std::string(mark) + ") belongs in an issue"));
      }
    }
  }
  return findings;
}

Findings check_cmake(const SourceFile& file) {
  static const std::regex glob(R"(\bfile\s*\(\s*GLOB)", std::regex::icase);
  Findings findings;
  std::size_t number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    if (std::regex_search(line, glob)) {
      findings.push_back(at(file, number, "collects files by a glob; name them"));
    }
  }
  return findings;
}

Findings check_ownership(const SourceFile& file) {
  Findings findings;
  std::size_t number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    const std::string_view code = without_comment(line);
    if (contains_word(code, "detached") || code.find(".detach()") != std::string_view::npos) {
      findings.push_back(at(file, number, "starts something without an owner; use TaskGroup or join it"));
    }
  }
  return findings;
}

Findings check_awaited_closures(const SourceFile& file) {
  // At the end of the text between co_await and the next brace: [captures] (parameters) specifiers
  static const std::regex closure(R"(\[([^\[\]]*)\]\s*(\([^{}]*\))?\s*(mutable|noexcept|->[^;{}]*)?\s*$)");
  Findings findings;
  const std::string code = without_comments(file.text);
  for (std::size_t at_await = code.find("co_await"); at_await != std::string::npos;
       at_await = code.find("co_await", at_await + 1)) {
    const std::size_t stop = code.find_first_of(";{", at_await);
    if (stop == std::string::npos || code[stop] == ';') {
      continue;
    }
    const std::string expression = code.substr(at_await, stop - at_await);
    std::smatch match;
    if (std::regex_search(expression, match, closure) && captures_by_value(match[1].str())) {
      const auto line =
          1 + static_cast<std::size_t>(std::count(code.begin(), code.begin() + std::ptrdiff_t(stop), '\n'));
      findings.push_back(at(file, line, "a closure in a co_await expression; gcc 12 destroys it twice: name it first"));
    }
  }
  return findings;
}

Findings check_awaited_choices(const SourceFile& file) {
  // The colon of a label or of an initializer, which isn't preceded by `?` in its statement, is none.
  static const std::regex choice(R"(\?[^;{}]*\bco_await\b)");
  Findings findings;
  const std::string code = without_comments(file.text);
  for (std::sregex_iterator at_choice(code.begin(), code.end(), choice), end; at_choice != end; ++at_choice) {
    const auto line = 1 + std::count(code.begin(), code.begin() + at_choice->position(), '\n');
    findings.push_back(
        at(file, static_cast<std::size_t>(line), "a co_await behind ?:; gcc 12 destroys its result twice: use if"));
  }
  return findings;
}

}  // namespace minidns::architecture
