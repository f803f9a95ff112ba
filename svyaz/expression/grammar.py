"""The grammar.  From the loosest to the tightest: or, and, not, comparison, &, + -, * / %, minus, a value."""

GRAMMAR = r"""
start: disjunction

?disjunction: conjunction (OR conjunction)*      -> chain
?conjunction: negation (AND negation)*           -> chain
?negation: NOT negation                          -> prefix
    | comparison

?comparison: joining
    | joining COMPARE joining                    -> pair
    | joining IN OPEN arguments CLOSE            -> belongs
    | joining NOT IN OPEN arguments CLOSE        -> not_belongs

?joining: sum (JOIN sum)*                        -> chain
?sum: product ((PLUS | MINUS) product)*          -> pair
?product: signed (TIMES signed)*                 -> pair
?signed: MINUS signed                            -> prefix
    | value

?value: NUMBER                                   -> number
    | TEXT                                       -> text
    | TRUE                                       -> yes
    | FALSE                                      -> no
    | EMPTY                                      -> empty
    | path
    | OPEN disjunction CLOSE                     -> inside
    | (NAME | EMPTY) OPEN [arguments] CLOSE      -> call

path: (NAME | TITLE) (DOT (NAME | TITLE))*
arguments: disjunction (COMMA disjunction)*

%declare NUMBER TEXT TRUE FALSE EMPTY NAME TITLE OPEN CLOSE DOT COMMA
%declare OR AND NOT IN COMPARE JOIN PLUS MINUS TIMES
"""
