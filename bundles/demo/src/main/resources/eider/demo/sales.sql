-- into: sales
-- from: sales
SELECT _row, date, occurred_at, kind, 'demo' AS source, id AS source_id, order_id, customer, product_name, category, channel, region, user_id,
    quantity, unit_price, gross, discount, 0 AS tax, 0 AS shipping, net, net AS total_amount, 'USD' AS currency, net AS original_amount
FROM input
