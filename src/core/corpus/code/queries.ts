/**
 * What defines a name, by grammar, as tree-sitter queries.
 *
 * `@scope` is a definition that encloses others or is one itself (function, class, module): it becomes a step of the
 * symbol path, named by `@name`; named by `@path` it is a step but defines nothing (Rust's impl). `@constant` names a
 * definition without a body of its own. Names of both are the chunk's `symbols`. Variables count at the top level of a
 * file, class or module only; functions and classes at any depth. What only passes a name on (`require`, `exports.x = x`,
 * `export … from`) defines nothing.
 */
import type { GrammarName } from '../languages.ts';

/** Variables declared directly in `place`, but for those that only name another module. */
const topLevelVariables = (place: string): string =>
  ['lexical_declaration', 'variable_declaration']
    .flatMap((declaration) => [
      place.replace('%', `(${declaration} (variable_declarator name: (identifier) @constant !value))`),
      `(${place.replace('%', `(${declaration} (variable_declarator name: (identifier) @constant value: (_) @value))`)} (#not-match? @value "^require\\\\("))`,
    ])
    .join('\n');

const javascript = `
(function_declaration name: (_) @name) @scope
(generator_function_declaration name: (_) @name) @scope
(class_declaration name: (_) @name) @scope
(method_definition name: (_) @name) @scope
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function) (class)]) @scope
(assignment_expression left: [(identifier) (member_expression)] @name right: [(arrow_function) (function_expression) (generator_function) (class)]) @scope
(function_expression name: (_) @name) @scope
(class name: (_) @name) @scope
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) @scope
${topLevelVariables('(program %)')}
${topLevelVariables('(program (export_statement %))')}
((program (expression_statement (assignment_expression left: (member_expression) @constant right: (_) @value))) (#not-match? @value "^([A-Za-z_$][A-Za-z0-9_$]*$|require)"))
(program (expression_statement (assignment_expression right: (object (pair key: (property_identifier) @constant)))))
(export_statement !source (export_clause (export_specifier alias: (identifier) @constant)))
`;

const typescript = `${javascript}
(abstract_class_declaration name: (_) @name) @scope
(interface_declaration name: (_) @name) @scope
(enum_declaration name: (_) @name) @scope
(type_alias_declaration name: (_) @name) @scope
(internal_module name: (_) @name) @scope
(module name: (_) @name) @scope
(function_signature name: (_) @name) @scope
(abstract_method_signature name: (_) @constant)
(method_signature name: (_) @constant)
(public_field_definition name: (_) @name value: [(arrow_function) (function_expression)]) @scope
(public_field_definition name: (_) @constant)
`;

const cLike = `
(class_declaration name: (_) @name) @scope
(interface_declaration name: (_) @name) @scope
(enum_declaration name: (_) @name) @scope
(method_declaration name: (_) @name) @scope
(constructor_declaration name: (_) @name) @scope
`;

export const definitionQueries = {
  javascript: `${javascript}
(field_definition property: (_) @name value: [(arrow_function) (function_expression)]) @scope
(field_definition property: (_) @constant)
`,
  typescript,
  tsx: typescript,
  python: `
(function_definition name: (_) @name) @scope
(class_definition name: (_) @name) @scope
(module (expression_statement (assignment left: (identifier) @constant)))
(class_definition body: (block (expression_statement (assignment left: (identifier) @constant))))
`,
  go: `
(function_declaration name: (_) @name) @scope
(method_declaration name: (_) @name) @scope
(type_declaration (type_spec name: (_) @name)) @scope
(type_declaration (type_alias name: (_) @name)) @scope
(source_file (const_declaration (const_spec name: (_) @constant)))
(source_file (var_declaration (var_spec name: (_) @constant)))
(source_file (var_declaration (var_spec_list (var_spec name: (_) @constant))))
(interface_type (method_elem name: (_) @constant))
`,
  java: `${cLike}
(record_declaration name: (_) @name) @scope
(annotation_type_declaration name: (_) @name) @scope
(field_declaration declarator: (variable_declarator name: (_) @constant))
(enum_constant name: (_) @constant)
`,
  'c-sharp': `${cLike}
(struct_declaration name: (_) @name) @scope
(record_declaration name: (_) @name) @scope
(namespace_declaration name: (_) @name) @scope
(delegate_declaration name: (_) @name) @scope
(property_declaration name: (_) @name) @scope
(local_function_statement name: (_) @name) @scope
(field_declaration (variable_declaration (variable_declarator name: (_) @constant)))
(enum_member_declaration name: (_) @constant)
`,
  cpp: `
(function_definition declarator: (_) @name) @scope
(class_specifier name: (_) @name body: (_)) @scope
(struct_specifier name: (_) @name body: (_)) @scope
(union_specifier name: (_) @name body: (_)) @scope
(enum_specifier name: (_) @name body: (_)) @scope
(namespace_definition name: (_) @name) @scope
(concept_definition name: (_) @name) @scope
(alias_declaration name: (_) @constant)
(type_definition declarator: (type_identifier) @constant)
(preproc_def name: (_) @constant)
(preproc_function_def name: (_) @constant)
(field_declaration declarator: (function_declarator declarator: (_) @constant))
(translation_unit (declaration declarator: (init_declarator declarator: (identifier) @constant)))
(translation_unit (declaration declarator: (function_declarator declarator: (identifier) @constant)))
`,
  rust: `
(function_item name: (_) @name) @scope
(function_signature_item name: (_) @constant)
(struct_item name: (_) @name) @scope
(enum_item name: (_) @name) @scope
(union_item name: (_) @name) @scope
(trait_item name: (_) @name) @scope
(impl_item type: (_) @path) @scope
(mod_item name: (_) @name) @scope
(macro_definition name: (_) @name) @scope
(type_item name: (_) @constant)
(const_item name: (_) @constant)
(static_item name: (_) @constant)
(enum_variant name: (_) @constant)
`,
  ruby: `
(method name: (_) @name) @scope
(singleton_method name: (_) @name) @scope
(class name: (_) @name) @scope
(module name: (_) @name) @scope
(assignment left: (constant) @constant)
`,
  php: `
(function_definition name: (_) @name) @scope
(class_declaration name: (_) @name) @scope
(interface_declaration name: (_) @name) @scope
(trait_declaration name: (_) @name) @scope
(enum_declaration name: (_) @name) @scope
(method_declaration name: (_) @name) @scope
(namespace_definition name: (_) @path) @scope
(const_declaration (const_element (name) @constant))
(property_declaration (property_element (variable_name (name) @constant)))
(enum_case name: (_) @constant)
`,
  bash: `
(function_definition name: (_) @name) @scope
(program (variable_assignment name: (_) @constant))
(program (declaration_command (variable_assignment name: (_) @constant)))
`,
  powershell: `
(function_statement (function_name) @name) @scope
(class_statement . (simple_name) @name) @scope
(enum_statement (simple_name) @name) @scope
(class_method_definition (simple_name) @name) @scope
`,
  css: `
(rule_set (selectors) @path) @scope
(keyframes_statement (keyframes_name) @constant)
(class_selector (class_name) @constant)
(id_selector (id_name) @constant)
`,
  ini: `
(section (section_name (text) @name)) @scope
(setting (setting_name) @constant)
`,
} satisfies Record<GrammarName, string>;
